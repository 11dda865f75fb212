//! A program that passes its stdin and stdout on to a daemon → a two-way stream of bytes.

use std::io;
use std::pin::Pin;
use std::process::Stdio;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, ReadBuf};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::task::JoinHandle;

/// How much of what a program says against us is kept.
const MOST_WORDS: u64 = 4096;

/// The two ends of a running program. It is killed when this is dropped.
pub(super) struct Program {
    input: ChildStdin,
    output: ChildStdout,
    /// What it says on stderr; there until it was used as the reason why nothing came.
    words: Option<JoinHandle<String>>,
    /// Whether anything came.
    answered: bool,
    name: &'static str,
    _child: Child,
}

impl Program {
    /// Starts it. It does not get the terminal's Ctrl-C: we end it, after the build.
    pub fn start(name: &'static str, arguments: &[String]) -> io::Result<Self> {
        let mut command = Command::new(name);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.kill_on_drop(true).process_group(0).spawn().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => io::Error::other(format!("the program `{name}` is not on PATH")),
            _ => io::Error::other(format!("the program `{name}` does not start: {error}")),
        })?;
        let (Some(input), Some(output), Some(words)) = (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(io::Error::other(format!("the program `{name}` has no pipes")));
        };
        let words = Some(tokio::spawn(listen(words)));
        Ok(Self { input, output, words, answered: false, name, _child: child })
    }

    /// Why a program ended before it said anything.
    fn poll_reason(&mut self, context: &mut Context<'_>) -> Poll<io::Error> {
        let words = match &mut self.words {
            Some(words) => ready!(Pin::new(words).poll(context)).unwrap_or_default(),
            None => String::new(),
        };
        self.words = None;
        let words = words.trim();
        let ended = format!("`{}` ended", self.name);
        Poll::Ready(io::Error::other(if words.is_empty() { ended } else { format!("{ended}: {words}") }))
    }
}

/// The first words of a program's stderr, in one line. The rest is read too, so that it never waits for us.
async fn listen(mut from: ChildStderr) -> String {
    let mut first = Vec::new();
    let _ = (&mut from).take(MOST_WORDS).read_to_end(&mut first).await;
    let text: String = String::from_utf8_lossy(&first).chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if first.len() as u64 == MOST_WORDS {
        tokio::spawn(async move { tokio::io::copy(&mut from, &mut tokio::io::sink()).await });
    }
    text
}

impl AsyncRead for Program {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        ready!(Pin::new(&mut self.output).poll_read(context, into))?;
        if into.filled().len() > before {
            self.answered = true;
        } else if !self.answered && into.capacity() > before {
            return self.poll_reason(context).map(Err);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Program {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, data: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.input).poll_write(context, data)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.input).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.input).poll_shutdown(context)
    }
}
