//! The daemon's gateway: calls that belong to one job.
//!
//! A job without a definition and without a frontend is steered from here: it ends when [`Gateway::give`] hands over the
//! result, and it would wait for ever if nobody did. This is the one way to set an image's config on every engine.

use bollard_buildkit_proto::google::rpc;
use bollard_buildkit_proto::moby::buildkit::v1::frontend;
use bollard_buildkit_proto::moby::buildkit::v1::frontend::llb_bridge_client::LlbBridgeClient;
use bollard_buildkit_proto::moby::buildkit::v1::frontend::{
    CacheOptionsEntry, PingRequest, Ref, RefMap, RefMapDeprecated, ResolveImageConfigRequest, ReturnRequest,
    SolveRequest, result,
};
use indexmap::IndexMap;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::Channel;
use tonic::{Code, Request, Status};

use crate::build::engine::{Capabilities, gateway_client};
use crate::llb::definition::Definition;
use crate::llb::graph::platform::to_message;
use crate::plan::model::Platform;

/// The header that says which job a call belongs to.
const JOB: &str = "buildkit-controlapi-buildid";

/// The gateway of one job.
#[derive(Clone)]
pub(super) struct Gateway {
    client: LlbBridgeClient<Channel>,
    job: MetadataValue<Ascii>,
}

/// A result of the gateway: files, which are not made yet. `None` is an empty file tree.
pub(super) type Reference = Option<String>;

impl Gateway {
    pub(super) fn new(channel: Channel, job: &str) -> Result<Self, Status> {
        let client = gateway_client(channel);
        let job = job.parse().map_err(|_| Status::internal("the name of a job is ASCII"))?;
        Ok(Self { client, job })
    }

    /// Waits until the daemon has the job, and asks what it can do.
    pub(super) async fn capabilities(&mut self) -> Result<Capabilities, Status> {
        let pong = self.client.ping(self.call(PingRequest {})).await?.into_inner();
        Ok(Capabilities::from_pong(&pong))
    }

    /// The config of an image as its registry or the daemon has it, in JSON; `reference` is complete. With `pull` its registry is asked again.
    pub(super) async fn resolve(
        &mut self,
        reference: &str,
        platform: &Platform,
        pull: bool,
    ) -> Result<Vec<u8>, Status> {
        let request = ResolveImageConfigRequest {
            r#ref: reference.to_owned(),
            platform: Some(to_message(platform)),
            resolve_mode: if pull { "pull" } else { "default" }.to_owned(),
            log_name: format!("[internal] load metadata for {reference}"),
            ..ResolveImageConfigRequest::default()
        };
        let answer = self.client.resolve_image_config(self.call(request)).await?.into_inner();
        Ok(answer.config)
    }

    /// Names the files that a definition describes. Nothing runs yet.
    pub(super) async fn solve(
        &mut self,
        definition: &Definition,
        cache: Vec<CacheOptionsEntry>,
    ) -> Result<Reference, Status> {
        let request = SolveRequest {
            definition: Some(definition.to_message()),
            allow_result_return: true,
            allow_result_array_ref: true,
            cache_imports: cache,
            ..SolveRequest::default()
        };
        let answer = self.client.solve(self.call(request)).await?.into_inner();
        let id = match answer.result.and_then(|result| result.result) {
            Some(result::Result::Ref(reference)) => reference.id,
            Some(result::Result::RefDeprecated(id)) => id,
            Some(result::Result::Refs(_) | result::Result::RefsDeprecated(_)) => {
                return Err(Status::internal("the daemon named several file trees for one definition"));
            }
            None => answer.r#ref,
        };
        Ok(Some(id).filter(|id| !id.is_empty()))
    }

    /// Ends the job with this result.
    pub(super) async fn give(
        &mut self,
        files: Files,
        metadata: IndexMap<String, Vec<u8>>,
        array: bool,
    ) -> Result<(), Status> {
        let result = frontend::Result {
            metadata: metadata.into_iter().collect(),
            attestations: IndexMap::new().into_iter().collect(),
            result: Some(files.into_message(array)),
        };
        self.client.r#return(self.call(ReturnRequest { result: Some(result), error: None })).await?;
        Ok(())
    }

    /// Ends the job without a result, as it would never end otherwise.
    pub(super) async fn give_up(&mut self, why: &Status) -> Result<(), Status> {
        let error = rpc::Status { code: why.code().into(), message: why.message().to_owned(), details: Vec::new() };
        self.client.r#return(self.call(ReturnRequest { result: None, error: Some(error) })).await?;
        Ok(())
    }

    fn call<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        request.metadata_mut().insert(JOB, self.job.clone());
        request
    }
}

/// The files of a result.
pub(super) enum Files {
    /// Of one platform.
    One(Reference),
    /// By platform.
    Many(IndexMap<String, Reference>),
}

impl Files {
    /// `array`: the daemon knows the newer form.
    fn into_message(self, array: bool) -> result::Result {
        let id = Option::unwrap_or_default;
        match (self, array) {
            (Self::One(one), true) => result::Result::Ref(Ref { id: id(one), def: None }),
            (Self::One(one), false) => result::Result::RefDeprecated(id(one)),
            (Self::Many(many), true) => {
                let refs = many.into_iter().map(|(platform, one)| (platform, Ref { id: id(one), def: None }));
                result::Result::Refs(RefMap { refs: refs.collect() })
            }
            (Self::Many(many), false) => {
                let refs = many.into_iter().map(|(platform, one)| (platform, id(one)));
                result::Result::RefsDeprecated(RefMapDeprecated { refs: refs.collect() })
            }
        }
    }
}

/// What a job is given up with when the reason is ours.
pub(super) fn gave_up() -> Status {
    Status::new(Code::Aborted, "the client gave the build up")
}
