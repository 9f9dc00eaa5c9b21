//! Texts of a Compose file: interpolation, hosts in values, command lines, amounts and times.

use serde_json::Value;

/// A text with `${VARIABLE:-default}` resolved to its default and `$$` to `$`; and the variables without a default.
pub fn resolved(written: &str) -> (String, Vec<String>) {
    let (mut text, mut unknown) = (String::new(), Vec::new());
    let mut rest = written;
    while let Some(at) = rest.find('$') {
        text.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            text.push('$');
            rest = after;
        } else if let Some((inner, after)) = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
            match inner.split_once(":-").or_else(|| inner.split_once('-')) {
                Some((_, default)) => text.push_str(default),
                None => unknown.push(inner.split([':', '?', '+']).next().unwrap_or(inner).to_owned()),
            }
            rest = after;
        } else {
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
            match end {
                0 => text.push('$'),
                _ => unknown.push(rest[..end].to_owned()),
            }
            rest = &rest[end..];
        }
    }
    text.push_str(rest);
    (text, unknown)
}

/// A value in which a host stands where hosts stand, with something else in its place: alone, before a port, in a URL,
/// or in a list of those.
pub fn with_host(value: &str, host: &str, replacement: &str) -> Option<String> {
    let mut found = false;
    let mut text = String::new();
    let mut from = 0;
    for (at, _) in value.match_indices(host).filter(|(at, _)| stands_alone(value, *at, host.len())) {
        text.push_str(&value[from..at].replace("${", "$${"));
        text.push_str(replacement);
        from = at + host.len();
        found = true;
    }
    text.push_str(&value[from..].replace("${", "$${"));
    found.then_some(text)
}

/// Whether what stands before and behind is what stands around a host.
fn stands_alone(value: &str, at: usize, length: usize) -> bool {
    let (before, after) = (&value[..at], &value[at + length..]);
    let begins = before.is_empty() || before.ends_with("://") || before.ends_with(['@', ',', '=']);
    let has_port = || {
        let digits = after[1..].bytes().take_while(u8::is_ascii_digit).count();
        digits > 0 && after[1 + digits..].bytes().next().is_none_or(|b| matches!(b, b'/' | b',' | b'?' | b';'))
    };
    let in_url = before.contains("://");
    begins
        && match after.bytes().next() {
            None => true,
            Some(b':') => has_port(),
            Some(b'/' | b'?') => in_url,
            Some(b',') => true,
            Some(_) => false,
        }
}

/// Whether the name of a variable says that its value is nobody's business.
pub fn looks_secret(key: &str) -> bool {
    let key = key.to_ascii_uppercase();
    let words = [
        "PASSWORD",
        "PASSWD",
        "SECRET",
        "TOKEN",
        "API_KEY",
        "APIKEY",
        "PRIVATE_KEY",
        "ACCESS_KEY",
        "CREDENTIAL",
        "DSN",
    ];
    words.iter().any(|word| key.contains(word))
}

/// Whether a value is a URL with a password in it.
pub fn holds_login(value: &str) -> bool {
    value.split_once("://").and_then(|(_, rest)| rest.split_once('@')).is_some_and(|(login, _)| login.contains(':'))
}

/// The words of a command, which is a list or a line for a shell.
pub fn words(command: &Value) -> Vec<String> {
    match command {
        Value::Array(words) => words.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Value::String(line) => split(line),
        _ => Vec::new(),
    }
}

/// A line as a shell splits it: at spaces that are in no quotes.
fn split(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (Some(open), close) if open == close => quote = None,
            (Some('\''), inside) => word.get_or_insert_default().push(inside),
            (_, '\\') => word.get_or_insert_default().extend(letters.next()),
            (Some(_), inside) => word.get_or_insert_default().push(inside),
            (None, open @ ('"' | '\'')) => {
                word.get_or_insert_default();
                quote = Some(open);
            }
            (None, space) if space.is_whitespace() => words.extend(word.take()),
            (None, letter) => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    words
}

/// `512M` and `1gb` are powers of two in Compose.
pub fn memory(written: &str) -> Option<String> {
    let written = written.trim().to_ascii_lowercase();
    let digits = written.bytes().take_while(u8::is_ascii_digit).count();
    let number: u64 = written[..digits].parse().ok()?;
    let unit = match &written[digits..] {
        "" | "b" => "",
        "k" | "kb" => "Ki",
        "m" | "mb" => "Mi",
        "g" | "gb" => "Gi",
        _ => return None,
    };
    Some(format!("{number}{unit}"))
}

/// `1m30s` in seconds, at least one.
pub fn seconds(written: &str) -> Option<u64> {
    let mut total = 0.0;
    let mut rest = written.trim();
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
        let number: f64 = rest[..digits].parse().ok()?;
        let unit = rest[digits..].bytes().take_while(u8::is_ascii_alphabetic).count();
        total += number
            * match &rest[digits..digits + unit] {
                "ms" => 0.001,
                "s" => 1.0,
                "m" => 60.0,
                "h" => 3600.0,
                _ => return None,
            };
        rest = &rest[digits + unit..];
    }
    Some((total.ceil() as u64).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_taken_and_what_has_none_is_told() {
        assert_eq!(
            resolved("a${B:-c}$$d$E.${F}${G?no}"),
            ("ac$d.".to_owned(), ["E", "F", "G"].map(str::to_owned).to_vec())
        );
    }

    #[test]
    fn a_host_is_found_only_where_hosts_stand() {
        for (value, expected) in [
            ("db", Some("H")),
            ("db:5432", Some("H:5432")),
            ("postgres://u:p@db:5432/db", Some("postgres://u:p@H:5432/db")),
            ("http://db/path", Some("http://H/path")),
            ("a=db:1,db:2", Some("a=H:1,H:2")),
            ("mydb", None),
            ("db-2", None),
            ("/var/db", None),
            ("db.example.com", None),
            ("db:latest", None),
        ] {
            assert_eq!(with_host(value, "db", "H").as_deref(), expected, "{value}");
        }
    }

    #[test]
    fn command_lines_amounts_and_times_are_read_as_compose_does() {
        assert_eq!(split(r#"sh -c "a 'b' \"c\"" 'd e' f\ g"#), ["sh", "-c", "a 'b' \"c\"", "d e", "f g"]);
        assert_eq!(memory("512M").as_deref(), Some("512Mi"));
        assert_eq!(memory("1.5g"), None);
        assert_eq!((seconds("1m30s"), seconds("500ms"), seconds("5")), (Some(90), Some(1), None));
    }
}
