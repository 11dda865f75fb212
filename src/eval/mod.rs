//! A checked expression and the project's facts → a value.
