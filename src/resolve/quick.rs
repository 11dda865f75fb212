//! The TOML that ships → its tables, in a fraction of the time that a whole TOML parser takes.
//!
//! It reads what these files are written in and nothing else: one key a line, texts without escapes, tables in lists one a
//! line. Such lists are not read here but kept as [`Value::Rows`], whose rows are read when somebody asks for them. The
//! tests of `library` hold what it reads against a whole parser; what projects write never comes here.

/// A value; tables keep their order.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// `"text"`, or a number or boolean as it is written.
    Text(&'a str),
    /// `["a", "b"]`
    List(Vec<Value<'a>>),
    /// `{ a = "b" }`
    Table(Table<'a>),
    /// A list of tables, one a line: all lines between its brackets.
    Rows(&'a str),
}

/// Keys and values.
pub type Table<'a> = Vec<(&'a str, Value<'a>)>;

/// What stands below a `[header]`, or before the first.
#[derive(Clone, Debug, PartialEq)]
pub struct Section<'a> {
    /// Without its brackets; empty before the first.
    pub header: &'a str,
    /// Its keys.
    pub entries: Table<'a>,
}

impl<'a> Value<'a> {
    /// A text.
    pub fn text(&self) -> Option<&'a str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The texts of a list.
    pub fn texts(&self) -> Vec<&'a str> {
        match self {
            Value::List(items) => items.iter().filter_map(Value::text).collect(),
            _ => Vec::new(),
        }
    }

    /// The keys and values of a table.
    pub fn entries(&self) -> &[(&'a str, Value<'a>)] {
        match self {
            Value::Table(entries) => entries,
            _ => &[],
        }
    }
}

/// The value of a key.
pub fn get<'t, 'a>(table: &'t [(&'a str, Value<'a>)], key: &str) -> Option<&'t Value<'a>> {
    table.iter().find(|(known, _)| *known == key).map(|(_, value)| value)
}

/// The sections of a file. `None` when it is written in another way.
pub fn read(text: &str) -> Option<Vec<Section<'_>>> {
    let mut reader = Reader { text, at: 0 };
    let mut sections = vec![Section { header: "", entries: Vec::new() }];
    loop {
        reader.skip_lines();
        match reader.peek() {
            None => return Some(sections),
            Some(b'[') => {
                let header = reader.line().trim_matches(['[', ']']);
                sections.push(Section { header, entries: Vec::new() });
            }
            Some(_) => {
                let entry = reader.entry()?;
                sections.last_mut()?.entries.push(entry);
            }
        }
    }
}

/// The lines of [`Value::Rows`] that hold a row.
pub fn rows(rows: &str) -> impl Iterator<Item = &str> {
    rows.lines().map(str::trim).filter(|line| line.starts_with('{'))
}

/// The keys and values of one row. `None` when it is written in another way.
pub fn row(line: &str) -> Option<Table<'_>> {
    match (Reader { text: line, at: 0 }).value()? {
        Value::Table(entries) => Some(entries),
        _ => None,
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip(&mut self, blanks: &[u8]) {
        while self.peek().is_some_and(|byte| blanks.contains(&byte)) {
            self.at += 1;
        }
    }

    /// Blank lines and comments.
    fn skip_lines(&mut self) {
        loop {
            self.skip(b" \n");
            if self.peek() != Some(b'#') {
                return;
            }
            self.line();
        }
    }

    fn line(&mut self) -> &'a str {
        let rest = self.rest();
        let line = rest.split('\n').next().unwrap_or_default();
        self.at = (self.at + line.len() + 1).min(self.text.len());
        line
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.peek() == Some(byte)).then(|| self.at += 1)
    }

    fn entry(&mut self) -> Option<(&'a str, Value<'a>)> {
        let key = match self.peek()? {
            b'"' => self.string()?,
            _ => self.word(),
        };
        self.skip(b" ");
        self.take(b'=').filter(|()| !key.is_empty())?;
        self.skip(b" ");
        Some((key, self.value()?))
    }

    fn word(&mut self) -> &'a str {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte)) {
            self.at += 1;
        }
        self.text.get(start..self.at).unwrap_or_default()
    }

    fn string(&mut self) -> Option<&'a str> {
        self.take(b'"')?;
        let end = self.rest().find('"')?;
        let string = self.rest().get(..end)?;
        self.at += end + 1;
        (!string.contains(['\\', '\n'])).then_some(string)
    }

    fn value(&mut self) -> Option<Value<'a>> {
        match self.peek()? {
            b'"' => self.string().map(Value::Text),
            b'[' => self.list(),
            b'{' => self.table().map(Value::Table),
            _ => Some(Value::Text(self.word())).filter(|value| *value != Value::Text("")),
        }
    }

    fn list(&mut self) -> Option<Value<'a>> {
        self.take(b'[')?;
        self.skip_lines();
        if self.peek() == Some(b'{') {
            let end = self.rest().find("\n]")?;
            let rows = self.rest().get(..end)?;
            self.at += end + 2;
            return Some(Value::Rows(rows));
        }
        let mut items = Vec::with_capacity(16);
        while self.take(b']').is_none() {
            items.push(self.value()?);
            self.skip_lines();
            if self.take(b',').is_some() {
                self.skip_lines();
            }
        }
        Some(Value::List(items))
    }

    fn table(&mut self) -> Option<Table<'a>> {
        self.take(b'{')?;
        let mut entries = Vec::new();
        self.skip(b" ");
        while self.take(b'}').is_none() {
            entries.push(self.entry()?);
            self.skip(b" ");
            if self.take(b',').is_some() {
                self.skip(b" ");
            }
        }
        Some(entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ships_is_written_in_this_way() {
        let text = "# about\nname = \"a\"\nmany = [\n  \"x\", # one\n  \"y\",\n]\nrows = [\n  { a = \"1\", b = { c = \"2\" } },\n  {},\n]\n\n\
                    [[image]]\n\"apt:x\" = {}\nflag = true\n";
        let sections = read(text).unwrap();
        let headers: Vec<&str> = sections.iter().map(|section| section.header).collect();
        assert_eq!(headers, ["", "image"]);
        let top = &sections[0].entries;
        assert_eq!(get(top, "name"), Some(&Value::Text("a")));
        assert_eq!(get(top, "many").map(Value::texts), Some(vec!["x", "y"]));
        let Some(Value::Rows(lines)) = get(top, "rows") else { panic!("{top:?}") };
        let read: Vec<_> = rows(lines).map(|line| row(line).unwrap()).collect();
        assert_eq!(read[0], [("a", Value::Text("1")), ("b", Value::Table(vec![("c", Value::Text("2"))]))]);
        assert_eq!(read[1], []);
        assert_eq!(sections[1].entries, [("apt:x", Value::Table(Vec::new())), ("flag", Value::Text("true"))]);
    }

    #[test]
    fn what_is_written_in_another_way_is_left_to_others() {
        for text in ["a", "a = ", "a = \"x", "a = \"\\n\"", "a = [", "a = [\n{", "a = {", "= 1", "a = { b }", "é = 1"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
