//! [`Running`]: a container with a server in it, watched while it is asked for something.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use tokio::time::{sleep, timeout};

use crate::build::failure::Failure;
use crate::model::container::{Container, Gpus, Keeper, Settings};
use crate::model::error;
use crate::model::image::Model;
use crate::model::log::{Line, Log};
use crate::model::server::{Answer, Asked, Server, SetupLimit, Watch};

/// How long the engine may take to tell that a container has ended whose server is gone.
const NOTICING: Duration = Duration::from_secs(2);

/// How long a container is silent that has nothing more to say of what went well, and of what failed: its words take a moment through
/// the engine, and a kill would lose them.
const SILENCE: Duration = Duration::from_millis(100);
const SILENCE_OF_FAILURE: Duration = Duration::from_millis(400);
/// How often it is listened to.
const MOST_SILENCES: usize = 10;

/// Shows lines of a container.
pub type Show = Box<dyn FnMut(&Line) + Send>;

/// What a container writes, until there is no more of it.
struct Shown {
    log: Log,
    show: Show,
}

impl Drop for Shown {
    fn drop(&mut self) {
        self.log.finish(&mut self.show);
    }
}

/// A model that runs.
#[derive(Debug)]
pub struct Running<'a> {
    keeper: &'a Keeper,
    container: Container,
    log: Log,
    /// How often it wrote something.
    written: Arc<AtomicUsize>,
    server: Server,
}

impl<'a> Running<'a> {
    /// Starts the container.
    pub async fn start(keeper: &'a Keeper, settings: &Settings, show: Show) -> Result<Self, Failure> {
        let log = Log::default();
        let mut shown = Shown { log: log.clone(), show };
        let written = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&written);
        let consume = Box::new(move |_, bytes: &[u8]| {
            count.fetch_add(1, Relaxed);
            shown.log.take(bytes, &mut shown.show);
        });
        let (container, _) = Container::start(keeper, settings, consume).await?;
        let Some(port) = container.port else { return Err(error::no_port(&settings.run)) };
        Ok(Self { keeper, container, log, written, server: Server::new(port) })
    }

    /// The port of this machine that leads to the server.
    pub fn port(&self) -> Option<u16> {
        self.container.port
    }

    /// Waits until the server takes requests.
    pub async fn ready(&mut self, limit: SetupLimit) -> Result<(), Failure> {
        let server = self.server;
        let done = self.unless_it_ends(server.ready(limit)).await;
        self.quiet_unless(done).await
    }

    /// Asks for a prediction.
    pub async fn predict(&mut self, asked: &Asked, watch: &mut dyn Watch) -> Result<Answer, Failure> {
        let server = self.server;
        let done = self.unless_it_ends(server.predict(asked, watch)).await;
        self.quiet_unless(done).await
    }

    /// Waits until the container ends by itself, which it should not.
    pub async fn end(&mut self) -> Failure {
        let code = self.container.ended().await;
        self.tell_end(code).await
    }

    /// Ends the container, and waits until all that it wrote was shown.
    pub async fn stop(&mut self) {
        self.stop_after(SILENCE).await;
    }

    async fn stop_after(&mut self, silence: Duration) {
        for _ in 0..MOST_SILENCES {
            let before = self.written.load(Relaxed);
            sleep(silence).await;
            if self.written.load(Relaxed) == before {
                break;
            }
        }
        self.container.kill(self.keeper.docker()).await;
        self.container.written().await;
    }

    async fn unless_it_ends<T>(&self, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        let failed = tokio::select! {
            done = work => match done {
                Ok(done) => return Ok(done),
                Err(failed) => failed,
            },
            code = self.container.ended() => return Err(self.tell_end(code).await),
        };
        // A server that breaks off has often ended.
        if error::is_broken_off(&failed)
            && let Ok(code) = timeout(NOTICING, self.container.ended()).await
        {
            return Err(self.tell_end(code).await);
        }
        Err(failed)
    }

    /// What is shown after a failure stands below everything that the container wrote.
    async fn quiet_unless<T>(&mut self, done: Result<T, Failure>) -> Result<T, Failure> {
        if done.is_err() {
            self.stop_after(SILENCE_OF_FAILURE).await;
        }
        done
    }

    async fn tell_end(&self, code: i64) -> Failure {
        let out_of_memory = self.container.is_out_of_memory(self.keeper.docker()).await;
        error::ended(code, out_of_memory, self.log.last())
    }
}

/// Which graphics cards a container gets: those that are asked for; else all, where the model asks for them.
pub fn gpus(asked: Option<&Gpus>, model: &Model) -> Option<Gpus> {
    asked.cloned().or_else(|| model.wants_gpus().then_some(Gpus::All))
}
