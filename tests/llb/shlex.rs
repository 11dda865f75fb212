//! How `github.com/google/shlex` splits a command: text → words.

/// The words. A quote that is not closed loses the word it is in.
pub fn split(text: &str) -> Vec<String> {
    #[derive(Clone, Copy, PartialEq)]
    enum In {
        Start,
        Word,
        Escape,
        QuotedEscape,
        Quote,
        DoubleQuote,
        Comment,
    }
    let mut words = Vec::new();
    let mut word = String::new();
    let mut state = In::Start;
    for it in text.chars() {
        let is_space = matches!(it, ' ' | '\t' | '\r' | '\n');
        state = match (state, it) {
            (In::Start, _) if is_space => In::Start,
            (In::Start, '#') => In::Comment,
            (In::Start | In::Word, '"') => In::DoubleQuote,
            (In::Start | In::Word, '\'') => In::Quote,
            (In::Start | In::Word, '\\') => In::Escape,
            (In::Word, _) if is_space => {
                words.push(std::mem::take(&mut word));
                In::Start
            }
            (In::DoubleQuote, '"') | (In::Quote, '\'') => In::Word,
            (In::DoubleQuote, '\\') => In::QuotedEscape,
            (In::Comment, '\n') => In::Start,
            (In::Comment, _) => In::Comment,
            (before, it) => {
                word.push(it);
                match before {
                    In::QuotedEscape => In::DoubleQuote,
                    In::Quote | In::DoubleQuote => before,
                    _ => In::Word,
                }
            }
        };
    }
    if state == In::Word {
        words.push(word);
    }
    words
}
