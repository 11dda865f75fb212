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
    /// What it says on stderr, when it is wanted as the reason why nothing came.
    words: Words,
    /// Whether anything came.
    answered: bool,
    name: &'static str,
    _child: Child,
}

/// What a program says against us.
enum Words {
    /// It may still speak.
    Listening(JoinHandle<String>),
    /// It ended.
    Heard(String),
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
        let words = Words::Listening(tokio::spawn(listen(words)));
        Ok(Self { input, output, words, answered: false, name, _child: child })
    }

    /// Why a program ended before it said anything.
    fn poll_reason(&mut self, context: &mut Context<'_>) -> Poll<io::Error> {
        if let Words::Listening(task) = &mut self.words {
            self.words = Words::Heard(ready!(Pin::new(task).poll(context)).unwrap_or_default());
        }
        let words = match &self.words {
            Words::Heard(words) => words.trim(),
            Words::Listening(_) => "",
        };
        let ended = format!("`{}` ended", self.name);
        Poll::Ready(io::Error::other(if words.is_empty() { ended } else { format!("{ended}: {words}") }))
    }

    /// A pipe that broke before anything came: the program has a reason for it.
    fn poll_sent<T>(&mut self, context: &mut Context<'_>, sent: io::Result<T>) -> Poll<io::Result<T>> {
        match sent {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe && !self.answered => {
                self.poll_reason(context).map(Err)
            }
            sent => Poll::Ready(sent),
        }
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
        let sent = ready!(Pin::new(&mut self.input).poll_write(context, data));
        self.poll_sent(context, sent)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let sent = ready!(Pin::new(&mut self.input).poll_flush(context));
        self.poll_sent(context, sent)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.input).poll_shutdown(context)
    }
}
