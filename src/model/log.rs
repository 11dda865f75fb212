//! What a container writes → lines for people: those of the model, and of its server only what is wrong.
//!
//! Cog's server writes a JSON object a line: `{"level", "fields": {"message", …}, "target"}`, and passes on what the model
//! wrote with `source` among the fields. Before 0.17 it is `{"severity", "message", "logger"}`, and the model writes for itself.
//! Other programs write plain lines.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value as Json;

/// The most bytes of a line: what is longer is shown in pieces.
const MOST_BYTES: usize = 64 << 10;

/// How many lines are kept for an error.
const KEPT: usize = 20;

/// A line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its text.
    pub text: String,
    /// Whose it is.
    pub from: From,
}

/// Whose a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// The model's, or of a program that is no server of Cog's.
    Model,
    /// The server's, about something that is wrong.
    Trouble,
    /// The server's, about what it does.
    Server,
}

impl Line {
    /// Reads a line.
    pub fn read(line: &str) -> Self {
        Self::of_server(line).unwrap_or_else(|| Self { text: line.to_owned(), from: From::Model })
    }

    fn of_server(line: &str) -> Option<Self> {
        if !line.starts_with('{') {
            return None;
        }
        let json: Json = serde_json::from_str(line).ok()?;
        if let Some(line) = Self::of_old_server(&json) {
            return Some(line);
        }
        let target = json.get("target")?.as_str()?;
        let fields = json.get("fields")?;
        let message = fields.get("message")?.as_str()?;
        if !target.starts_with("coglet") {
            return None;
        }
        let is_model = fields.get("source").is_some() || target == "coglet::user";
        let from = match json.get("level")?.as_str()? {
            _ if is_model => From::Model,
            "WARN" | "ERROR" => From::Trouble,
            _ => From::Server,
        };
        let error = fields.get("error").and_then(Json::as_str).filter(|_| from == From::Trouble);
        let text = error.map_or_else(|| message.to_owned(), |error| format!("{message}: {error}"));
        Some(Self { text: text.trim_end_matches(['\r', '\n']).to_owned(), from })
    }
}

impl Line {
    fn of_old_server(json: &Json) -> Option<Self> {
        let text = |key: &str| json.get(key).and_then(Json::as_str);
        let logger = text("logger")?;
        if !["cog.", "uvicorn"].iter().any(|start| logger.starts_with(start)) {
            return None;
        }
        let from = match text("severity")? {
            "WARNING" | "ERROR" | "CRITICAL" => From::Trouble,
            _ => From::Server,
        };
        Some(Self { text: text("message")?.trim_end().to_owned(), from })
    }
}

/// Cuts what comes into lines, and keeps the last.
#[derive(Clone, Debug, Default)]
pub struct Log {
    unfinished: Vec<u8>,
    last: Arc<Mutex<VecDeque<String>>>,
}

impl Log {
    /// Takes what was written, and gives each line that is whole.
    pub fn take(&mut self, bytes: &[u8], mut line: impl FnMut(&Line)) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.unfinished.extend_from_slice(piece);
            if piece.ends_with(b"\n") || self.unfinished.len() > MOST_BYTES {
                self.finish(&mut line);
            }
        }
    }

    /// Gives a line that never ended.
    pub fn finish(&mut self, mut line: impl FnMut(&Line)) {
        if self.unfinished.is_empty() {
            return;
        }
        let bytes = std::mem::take(&mut self.unfinished);
        let found = Line::read(String::from_utf8_lossy(&bytes).trim_end_matches(['\r', '\n']));
        if found.from != From::Server {
            let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            if last.len() == KEPT {
                last.pop_front();
            }
            last.push_back(found.text.clone());
        }
        line(&found);
    }

    /// The same lines, for whoever tells of an error.
    pub fn last(&self) -> Vec<String> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(pieces: &[&[u8]]) -> Vec<Line> {
        let (mut log, mut found) = (Log::default(), Vec::new());
        pieces.iter().for_each(|piece| log.take(piece, |line| found.push(line.clone())));
        log.finish(|line| found.push(line.clone()));
        found
    }

    #[test]
    fn what_the_model_wrote_is_told_from_what_the_server_says() {
        let server =
            br#"{"timestamp":"t","level":"INFO","fields":{"message":"Running setup"},"target":"coglet::worker"}"#;
        let model = br#"{"level":"INFO","fields":{"message":"hi","source":"Stdout"},"target":"coglet::setup"}"#;
        let trouble = br#"{"level":"ERROR","fields":{"message":"failed","error":"no weights"},"target":"coglet"}"#;
        let texts = |line: &[u8]| lines(&[line]).into_iter().map(|line| (line.text, line.from)).next().unwrap();
        assert_eq!(texts(server), ("Running setup".into(), From::Server));
        assert_eq!(texts(model), ("hi".into(), From::Model));
        assert_eq!(texts(trouble), ("failed: no weights".into(), From::Trouble));
        let old = br#"{"logger": "cog.server.runner", "severity": "INFO", "message": "starting setup"}"#;
        assert_eq!(texts(old), ("starting setup".into(), From::Server));
        let old = br#"{"logger": "uvicorn.error", "severity": "ERROR", "message": "no port\n"}"#;
        assert_eq!(texts(old), ("no port".into(), From::Trouble));
        let own = br#"{"logger": "mine", "severity": "INFO", "message": "hi"}"#;
        assert_eq!(texts(own), (String::from_utf8_lossy(own).into(), From::Model));
        assert_eq!(texts(b"{\"a\": 1}"), ("{\"a\": 1}".into(), From::Model));
    }

    #[test]
    fn lines_are_whole_however_they_come() {
        let texts: Vec<String> = lines(&[b"a", b"b\r\nc\n", b"", b"d"]).into_iter().map(|line| line.text).collect();
        assert_eq!(texts, ["ab", "c", "d"]);
    }

    #[test]
    fn only_the_last_lines_are_kept() {
        let mut log = Log::default();
        (0..100).for_each(|number| log.take(format!("{number}\n").as_bytes(), |_| {}));
        assert_eq!((log.last().len(), log.last().first().cloned()), (KEPT, Some("80".into())));
    }
}
