//! [`Plan`](crate::plan::model::Plan) → BuildKit's LLB definition and the image's config.
