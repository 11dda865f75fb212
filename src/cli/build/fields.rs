//! `type=oci,dest=out.tar`, as Docker's command line writes it → [`Fields`].
//!
//! A line of CSV: fields between commas. A field that holds a comma stands in quotes as a whole, `"name=a,b"`; two quotes in
//! it are one.

use indexmap::IndexMap;

use crate::cli::exit::Problem;
use crate::diagnostic::suggest;

/// An option's value that is a list of fields.
#[derive(Clone, Debug)]
pub struct Fields<'a> {
    /// The option: `--output`.
    option: &'static str,
    /// The value as it was written.
    text: &'a str,
    /// The fields, without their quotes.
    pub all: Vec<String>,
}

/// The options of a thing: `KEY=VALUE`, in the order they were written, keys in lower case.
pub type Attributes = IndexMap<String, String>;

impl<'a> Fields<'a> {
    /// Splits a value.
    pub fn parse(option: &'static str, text: &'a str) -> Result<Self, Problem> {
        match split(text) {
            Ok(all) => Ok(Self { option, text, all }),
            Err(reason) => Err(Problem::usage(format!("`{option} {}` cannot be read: {reason}", shown(text)))
                .help("a field that holds a comma or a quote stands in quotes as a whole: '\"name=a,b\"'")),
        }
    }

    /// Whether no field is `KEY=VALUE`.
    pub fn is_bare(&self) -> bool {
        self.all.iter().all(|field| !field.contains('='))
    }

    /// The fields as `KEY=VALUE`. `help` says how the option is written.
    pub fn attributes(&self, help: &str) -> Result<Attributes, Problem> {
        let mut attributes = Attributes::new();
        for field in &self.all {
            let Some((key, value)) = field.split_once('=').filter(|(key, _)| !key.trim().is_empty()) else {
                // It may be the rest of a credential that holds a comma.
                let field = if holds_credential(self.text) { "a field".to_owned() } else { format!("`{field}`") };
                return Err(self.problem(&format!("{field} is not `KEY=VALUE`")).help(help));
            };
            let key = key.trim().to_lowercase();
            if attributes.contains_key(&key) {
                return Err(self.problem(&format!("`{key}` is given twice")).help(help));
            }
            attributes.insert(key, value.to_owned());
        }
        Ok(attributes)
    }

    /// Something is wrong with this value.
    pub fn problem(&self, what: &str) -> Problem {
        Problem::usage(format!("`{} {}`: {what}", self.option, shown(self.text)))
    }

    /// A word that is none of those known.
    pub fn unknown(&self, what: &str, word: &str, known: &[&str]) -> Problem {
        let names = known.iter().copied();
        let help =
            suggest::did_you_mean(word, names.clone(), || format!("it is one of {}", suggest::listing(names.clone())));
        self.problem(&format!("`{word}` is no {what}")).help(help)
    }

    /// A yes or no, as Go reads it; absent is no.
    pub fn flag(&self, attributes: &Attributes, key: &str) -> Result<bool, Problem> {
        let Some(value) = attributes.get(key) else { return Ok(false) };
        match value.as_str() {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
            "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
            _ => Err(self.problem(&format!("`{key}={value}` is not yes or no")).help(format!("write `{key}=true`"))),
        }
    }

    /// A number, where there is one.
    pub fn number(&self, attributes: &Attributes, key: &str) -> Result<Option<i64>, Problem> {
        let Some(value) = attributes.get(key) else { return Ok(None) };
        let parsed = value.parse().ok();
        parsed.map(Some).ok_or_else(|| {
            self.problem(&format!("`{key}={value}` is not a number")).help(format!("write `{key}=3`, for example"))
        })
    }

    /// A word of a few, where there is one.
    pub fn word(&self, attributes: &Attributes, key: &str, known: &[&str]) -> Result<(), Problem> {
        match attributes.get(key) {
            Some(value) if !known.contains(&value.as_str()) => Err(self.unknown(key, value, known)),
            _ => Ok(()),
        }
    }
}

/// Keys whose values are never shown.
const CREDENTIALS: &[&str] = &["access_key_id", "secret_access_key", "session_token", "token", "ghtoken"];

fn holds_credential(text: &str) -> bool {
    let key_of = |field: &str| field.split('=').next().unwrap_or_default().trim_matches(['"', ' ']).to_lowercase();
    text.split(',').filter(|field| field.contains('=')).any(|field| CREDENTIALS.contains(&key_of(field).as_str()))
}

/// The value as messages show it: without all that follows where a credential may begin.
fn shown(text: &str) -> String {
    if !holds_credential(text) {
        return text.to_owned();
    }
    let before = text.split(',').take_while(|field| !holds_credential(field));
    before.chain(["…"]).collect::<Vec<_>>().join(",")
}

/// One line of CSV.
fn split(text: &str) -> Result<Vec<String>, &'static str> {
    let (mut fields, mut rest) = (Vec::new(), text);
    if text.trim().is_empty() {
        return Err("it is empty");
    }
    loop {
        let (field, after) = match rest.strip_prefix('"') {
            Some(quoted) => unquote(quoted)?,
            None => {
                let end = rest.find(',').unwrap_or(rest.len());
                let (field, after) = rest.split_at(end);
                if field.contains('"') {
                    return Err("a quote stands in the middle of a field");
                }
                (field.to_owned(), after)
            }
        };
        fields.push(field);
        match after.strip_prefix(',') {
            Some(next) => rest = next,
            None if after.is_empty() => return Ok(fields),
            None => return Err("text follows the closing quote of a field"),
        }
    }
}

/// A field after its opening quote, and what follows the closing one.
fn unquote(text: &str) -> Result<(String, &str), &'static str> {
    let (mut field, mut rest) = (String::new(), text);
    loop {
        let Some((part, after)) = rest.split_once('"') else { return Err("a quote is not closed") };
        field.push_str(part);
        match after.strip_prefix('"') {
            Some(next) => {
                field.push('"');
                rest = next;
            }
            None => return Ok((field, after)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_split_at_commas_outside_quotes() {
        let cases: [(&str, &[&str]); 7] = [
            ("a=b", &["a=b"]),
            ("type=oci,dest=out.tar", &["type=oci", "dest=out.tar"]),
            ("type=image,\"name=a,b\",push=true", &["type=image", "name=a,b", "push=true"]),
            ("\"a=say \"\"hi\"\"\"", &["a=say \"hi\""]),
            ("a,,b", &["a", "", "b"]),
            ("a,", &["a", ""]),
            ("é=ü,\"ö,\"", &["é=ü", "ö,"]),
        ];
        for (text, want) in cases {
            assert_eq!(split(text).unwrap(), want, "{text}");
        }
    }

    #[test]
    fn broken_quotes_are_refused() {
        for text in ["\"a", "a\"b\"", "\"a\"b", "\"", "", " ", "a,\"b\"\""] {
            assert!(split(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn credentials_are_not_repeated_in_what_is_wrong() {
        for text in [
            "type=s3,Secret_Access_Key=canary,x",
            "type=gha,token=a,canary",
            "type=s3,\"session_token=a,canary\",x",
            "type=gha,\"token=canary",
        ] {
            let problem = match Fields::parse("--cache-to", text) {
                Ok(fields) => fields.attributes("help").unwrap_err(),
                Err(problem) => problem,
            };
            assert!(problem.message.contains(",…`") && !problem.message.contains("canary"), "{problem:?}");
        }
        assert_eq!(shown("id=token,src=token.txt"), "id=token,src=token.txt");
    }

    #[test]
    fn keys_are_in_lower_case_and_there_once() {
        let fields = Fields::parse("--output", "Type=oci,dest=A=B").unwrap();
        let attributes = fields.attributes("help").unwrap();
        assert_eq!(
            attributes.iter().collect::<Vec<_>>(),
            [(&"type".to_owned(), &"oci".to_owned()), (&"dest".to_owned(), &"A=B".to_owned())]
        );
        for text in ["dest=a,dest=b", "a,b=c", "=b", "type=oci,,dest=a"] {
            let problem = Fields::parse("--output", text).unwrap().attributes("write it so").unwrap_err();
            assert!(problem.message.contains(text) && problem.help.as_deref() == Some("write it so"), "{problem:?}");
        }
    }
}
