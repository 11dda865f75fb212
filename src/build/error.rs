//! The findings of this room, one constructor a code.

use crate::diagnostic::{Diagnostic, code};
