//! `text/event-stream` in pieces → [`Event`]s, as the HTML standard has them.

/// The most bytes of an event: an output may be a file.
const MOST_BYTES: usize = 1 << 30;

/// An event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// Its type.
    pub kind: String,
    /// Its data.
    pub data: String,
}

/// Cuts a stream into events.
#[derive(Debug, Default)]
pub struct Events {
    unread: Vec<u8>,
    /// How much of it was looked at.
    seen: usize,
    open: Event,
    has_data: bool,
}

impl Events {
    /// Takes a piece, and gives the events that are whole now. `None`: one is too long.
    pub fn take(&mut self, piece: &[u8]) -> Option<Vec<Event>> {
        self.unread.extend_from_slice(piece);
        if self.unread.len() + self.open.data.len() > MOST_BYTES {
            return None;
        }
        let mut found = Vec::new();
        let mut from = 0;
        while let Some(length) = self.unread[self.seen.max(from)..].iter().position(|byte| *byte == b'\n') {
            let end = self.seen.max(from) + length;
            let line = String::from_utf8_lossy(&self.unread[from..end]).into_owned();
            found.extend(self.line(line.trim_end_matches('\r')));
            from = end + 1;
            self.seen = from;
        }
        self.unread.drain(..from);
        self.seen = self.unread.len();
        Some(found)
    }

    fn line(&mut self, line: &str) -> Option<Event> {
        if line.is_empty() {
            let event = std::mem::take(&mut self.open);
            return std::mem::take(&mut self.has_data).then_some(event);
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => self.open.kind = value.to_owned(),
            "data" => {
                if self.has_data {
                    self.open.data.push('\n');
                }
                self.open.data.push_str(value);
                self.has_data = true;
            }
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: &str = "event: start\ndata: {\"id\":1}\n\n: a comment\n\nevent: output\r\ndata: a\r\ndata: b\r\n\r\n";

    #[test]
    fn events_are_the_same_however_the_stream_is_cut() {
        let event = |kind: &str, data: &str| Event { kind: kind.into(), data: data.into() };
        for size in 1..STREAM.len() {
            let mut events = Events::default();
            let found: Vec<Event> =
                STREAM.as_bytes().chunks(size).flat_map(|piece| events.take(piece).unwrap()).collect();
            assert_eq!(found, [event("start", "{\"id\":1}"), event("output", "a\nb")], "{size}");
        }
    }
}
