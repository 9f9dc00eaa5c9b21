//! Placeholders: every mistake has its place, and a template says the text that it was made of.

use super::Reached;
use pavior::link::{Reference, Template, TemplatePart};

pub fn holds(data: &[u8]) -> Reached {
    let Ok(text) = std::str::from_utf8(data) else { return Reached::Refused };
    let template = match Template::parse(text) {
        Ok(template) => template,
        Err(errors) => {
            assert!(!errors.is_empty());
            errors.iter().for_each(|error| assert!(text.get(error.range.clone()).is_some(), "{error:?}"));
            return Reached::Told;
        }
    };
    let mut known = 0;
    for (path, range) in template.placeholders() {
        assert!(text[range.clone()].starts_with("${") && text[range.clone()].ends_with('}'), "{range:?}");
        assert!(!path.is_empty() && path.iter().all(|step| !step.is_empty()), "{path:?}");
        known += usize::from(Reference::of(path).is_ok());
    }
    let said = |part: &TemplatePart| match part {
        TemplatePart::Literal(literal) => literal.replace("${", "$${"),
        TemplatePart::Placeholder { range, .. } => text[range.clone()].to_owned(),
    };
    let again: String = template.parts.iter().map(said).collect();
    assert_eq!(again, text);
    assert_eq!(Template::parse(&again).as_ref(), Ok(&template));
    if known > 0 { Reached::Through } else { Reached::Told }
}
