//! The questions of a golden path: a default is an answer that the question takes.

use super::super::inspection::Inspection;
use super::super::shown::shown;
use crate::model::Finding;
use crate::model::kinds::GoldenPath;
use crate::model::kinds::golden_path::{Question, QuestionType};
use crate::read::Place;
use jsonschema::{Draft, PatternOptions, Validator};
use serde_json::{Map, Value, json};

pub fn check(inspection: &mut Inspection, path: &GoldenPath) {
    for (name, question) in &path.questions {
        let place = inspection.spec("questions").child(name.as_str());
        match (validator(question), &question.default) {
            (None, _) => inspection.report(no_pattern(inspection, &place)),
            (Some(validator), Some(default)) if !validator.is_valid(default) => {
                inspection.report(wrong_default(inspection, &place, default));
            }
            (Some(_), _) => {}
        }
    }
}

fn validator(question: &Question) -> Option<Validator> {
    let kind = match question.kind {
        QuestionType::Text => "string",
        QuestionType::Boolean => "boolean",
        QuestionType::Integer => "integer",
    };
    let mut schema = Map::from_iter([("type".to_owned(), json!(kind))]);
    if let Some(pattern) = &question.pattern {
        schema.insert("pattern".to_owned(), json!(pattern));
    }
    if !question.choices.is_empty() && question.kind == QuestionType::Text {
        schema.insert("enum".to_owned(), json!(question.choices));
    }
    let options = jsonschema::options().with_draft(Draft::Draft7).with_pattern_options(PatternOptions::regex());
    options.build(&Value::Object(schema)).ok()
}

fn no_pattern(inspection: &Inspection, question: &Place) -> Finding {
    inspection
        .finding(
            &rules::QUESTION,
            &question.clone().child("pattern"),
            "the pattern of this question is no regular expression",
        )
        .label("cannot be read")
        .help("look-around and back-references are not possible, because matching has to end in time")
}

fn wrong_default(inspection: &Inspection, question: &Place, default: &Value) -> Finding {
    let text = default.as_str().map_or_else(|| default.to_string(), str::to_owned);
    inspection
        .finding(
            &rules::QUESTION,
            &question.clone().child("default"),
            format!("the question does not take its own default {}", shown(&text)),
        )
        .label("not an answer")
        .help("its type, choices and pattern say which answers it takes")
}

pub mod rules {
    crate::model::rules! {
        QUESTION = "schema/question", Error,
        "A question takes its own default",
r"Who makes a service from a golden path presses return at most questions. A default that the question refuses would stop
them with an error about something they did not write.

Wrong: `{prompt: Port?, type: integer, default: http}`

Right: `{prompt: Port?, type: integer, default: 8080}`";
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::sample::told_at;

    fn told(question: &str) -> Vec<(String, String, String)> {
        let text = format!(
            "apiVersion: pavior.dev/v1\nkind: GoldenPath\nmetadata: {{name: go}}\nspec: {{version: 1.0.0, questions: {{port: {question}}}}}\n"
        );
        told_at("golden-paths/services/go/golden-path.yaml", &text)
    }

    #[test]
    fn a_default_is_an_answer() {
        assert_eq!(told("{prompt: Port?, type: integer, default: 8080}"), []);
        for (question, message, at) in [
            (
                "{prompt: Port?, type: integer, default: http}",
                "the question does not take its own default `http`",
                "http",
            ),
            ("{prompt: Size?, choices: [s, m], default: l}", "the question does not take its own default `l`", "l"),
            (
                "{prompt: Size?, pattern: \"^[a-z]+$\", default: \"1\"}",
                "the question does not take its own default `1`",
                "\"1\"",
            ),
            ("{prompt: Size?, pattern: \"(\"}", "the pattern of this question is no regular expression", "\"(\""),
        ] {
            assert_eq!(told(question), [("schema/question".to_owned(), message.to_owned(), at.to_owned())]);
        }
    }
}
