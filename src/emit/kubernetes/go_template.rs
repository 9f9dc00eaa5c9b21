//! Text for External Secrets' template engine (Go templates, engine v2): users' text stays text, outputs are looked up.

/// A part of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part<'t> {
    /// Comes out as it is.
    Text(&'t str),
    /// The value under this key.
    Lookup(String),
}

/// A template that renders the parts. No text in it can open an action.
pub fn template(parts: &[Part<'_>]) -> String {
    let mut template = String::new();
    let mut text = String::new();
    for part in parts {
        match part {
            Part::Text(piece) => text.push_str(piece),
            Part::Lookup(key) => {
                push_literal(&mut template, &std::mem::take(&mut text));
                let key = key.replace('\\', "\\\\").replace('"', "\\\"");
                template.push_str(&format!("{{{{ index . \"{key}\" }}}}"));
            }
        }
    }
    push_literal(&mut template, &text);
    template
}

/// Two braces open an action, and so does one before an action that follows: an action of its own writes them.
fn push_literal(template: &mut String, text: &str) {
    let mut rest = text;
    while let Some(start) = rest.find('{') {
        let (before, from_brace) = rest.split_at(start);
        let after = from_brace.trim_start_matches('{');
        let braces = &from_brace[..from_brace.len() - after.len()];
        template.push_str(before);
        match braces.len() > 1 || after.is_empty() {
            true => template.push_str(&format!("{{{{ \"{braces}\" }}}}")),
            false => template.push('{'),
        }
        rest = after;
    }
    template.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lookup(key: &str) -> Part<'static> {
        Part::Lookup(key.to_owned())
    }

    #[test]
    fn outputs_are_looked_up_and_text_is_kept() {
        assert_eq!(
            template(&[Part::Text("{\"password\": \""), lookup("db.password"), Part::Text("\"}\n")]),
            "{\"password\": \"{{ index . \"db.password\" }}\"}\n"
        );
    }

    #[test]
    fn a_template_of_the_user_stays_literal() {
        assert_eq!(template(&[Part::Text("a {{ .b }} {{- c -}}")]), "a {{ \"{{\" }} .b }} {{ \"{{\" }}- c -}}");
    }

    #[test]
    fn braces_before_an_output_do_not_join_its_own() {
        assert_eq!(template(&[Part::Text("x{"), lookup("k")]), "x{{ \"{\" }}{{ index . \"k\" }}");
        assert_eq!(template(&[Part::Text("x{"), Part::Text("{{"), lookup("k")]), "x{{ \"{{{\" }}{{ index . \"k\" }}");
    }

    /// What Go's text/template does with the only two actions that we write.
    fn render(template: &str) -> Option<String> {
        let mut out = String::new();
        let mut rest = template;
        while let Some(start) = rest.find("{{") {
            out.push_str(&rest[..start]);
            let (action, after) = rest[start + 2..].split_once("}}")?;
            match action.trim().strip_prefix("index . ") {
                Some(key) => out.push_str(&format!("<{}>", key.trim_matches('"'))),
                None => {
                    let braces = action.trim().trim_matches('"');
                    braces.bytes().all(|b| b == b'{').then(|| out.push_str(braces))?;
                }
            }
            rest = after;
        }
        Some(out + rest)
    }

    proptest! {
        #[test]
        fn every_text_comes_out_as_it_went_in(before in "[{}a\n\" .-]{0,12}", after in "[{}a\n\" .-]{0,12}") {
            let written = template(&[Part::Text(&before), lookup("k"), Part::Text(&after)]);
            prop_assert_eq!(render(&written), Some(format!("{before}<k>{after}")));
        }
    }
}
