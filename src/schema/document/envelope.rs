//! What is the same in every document, and the words in which the endpoints differ.

use serde_json::{Map, Value as Json, json};

use crate::schema::document::{Mode, title_of};

/// The words in which two endpoints differ.
pub(super) struct Words {
    /// Of both routes.
    pub route: &'static str,
    /// The operation's id.
    pub path: &'static str,
    /// That of the other route.
    pub operation: &'static str,
    /// A word for it.
    pub summary: &'static str,
    /// A sentence for it.
    pub description: &'static str,
    /// The parameter of the other route.
    pub id: &'static str,
    /// The schema of requests.
    pub request: &'static str,
    /// The schema of answers.
    pub response: &'static str,
    /// The schema of inputs.
    pub input: &'static str,
    /// The schema of outputs.
    pub output: &'static str,
}

/// Cog's server looks for the inputs of trainings under `TrainingInput`.
pub(super) const TRAIN: Words = Words {
    route: "trainings",
    path: "train_trainings_post",
    operation: "cancel_trainings__training_id__cancel_post",
    summary: "Train",
    description: "Run a training session",
    id: "training_id",
    request: "TrainingRequest",
    response: "TrainingResponse",
    input: "TrainingInput",
    output: "TrainingOutput",
};

pub(super) const PREDICT: Words = Words {
    route: "predictions",
    path: "predict_predictions_post",
    operation: "cancel_predictions__prediction_id__cancel_post",
    summary: "Predict",
    description: "Run a single prediction on the model",
    id: "prediction_id",
    request: "PredictionRequest",
    response: "PredictionResponse",
    input: "Input",
    output: "Output",
};

impl Mode {
    pub(super) fn words(self) -> &'static Words {
        match self {
            Self::Predict => &PREDICT,
            Self::Train => &TRAIN,
        }
    }
}

pub(super) fn reference(name: &str) -> Json {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn answer(description: &str, schema: Json) -> Json {
    json!({ "description": description, "content": { "application/json": { "schema": schema } } })
}

pub(super) fn root() -> Json {
    json!({ "get": {
        "summary": "Root",
        "operationId": "root__get",
        "responses": { "200": answer("Successful Response", json!({})) },
    } })
}

pub(super) fn health_check() -> Json {
    json!({ "get": {
        "summary": "Healthcheck",
        "operationId": "healthcheck_health_check_get",
        "responses": { "200": answer("Successful Response", json!({})) },
    } })
}

pub(super) fn paths(words: &Words, streaming: bool) -> [(String, Json); 2] {
    let responses = |schema| {
        json!({
            "200": answer("Successful Response", schema),
            "422": answer("Validation Error", reference("HTTPValidationError")),
        })
    };
    let mut post = Map::from_iter([
        ("summary".to_owned(), json!(words.summary)),
        ("description".to_owned(), json!(words.description)),
        ("operationId".to_owned(), json!(words.path)),
        (
            "requestBody".to_owned(),
            json!({ "content": { "application/json": { "schema": reference(words.request) } } }),
        ),
        ("responses".to_owned(), responses(reference(words.response))),
    ]);
    if streaming {
        post.insert("x-cog-streaming".into(), json!(true));
    }
    let cancel = json!({ "post": {
        "summary": "Cancel",
        "operationId": words.operation,
        "parameters": [{
            "required": true,
            "schema": { "title": title_of(words.id), "type": "string" },
            "name": words.id,
            "in": "path",
        }],
        "responses": responses(json!({})),
    } });
    let Words { route, id, .. } = words;
    [(format!("/{route}"), json!({ "post": post })), (format!("/{route}/{{{id}}}/cancel"), cancel)]
}

pub(super) fn envelopes(words: &Words) -> [(String, Json); 2] {
    let text = |title: &str| json!({ "title": title, "type": "string" });
    let time = |title: &str| json!({ "title": title, "type": "string", "format": "date-time" });
    let request = json!({
        "title": words.request,
        "type": "object",
        "properties": { "id": text("Id"), "input": reference(words.input) },
    });
    let response = json!({
        "title": words.response,
        "type": "object",
        "properties": {
            "input": reference(words.input),
            "output": reference(words.output),
            "id": text("Id"),
            "version": text("Version"),
            "created_at": time("Created At"),
            "started_at": time("Started At"),
            "completed_at": time("Completed At"),
            "status": text("Status"),
            "error": text("Error"),
            "logs": text("Logs"),
            "metrics": { "title": "Metrics", "type": "object" },
        },
    });
    [(words.request.into(), request), (words.response.into(), response)]
}

pub(super) fn http_validation_error() -> Json {
    json!({
        "title": "HTTPValidationError",
        "type": "object",
        "properties": {
            "detail": { "title": "Detail", "type": "array", "items": reference("ValidationError") },
        },
    })
}

pub(super) fn status() -> Json {
    json!({
        "title": "Status",
        "description": "An enumeration.",
        "enum": ["starting", "processing", "succeeded", "canceled", "failed"],
        "type": "string",
    })
}

pub(super) fn validation_error() -> Json {
    json!({
        "title": "ValidationError",
        "required": ["loc", "msg", "type"],
        "type": "object",
        "properties": {
            "loc": {
                "title": "Location",
                "type": "array",
                "items": { "anyOf": [{ "type": "string" }, { "type": "integer" }] },
            },
            "msg": { "title": "Message", "type": "string" },
            "type": { "title": "Error Type", "type": "string" },
        },
    })
}
