//! Platforms as containerd spells them: a platform → the same platform, normalised.

use bollard_buildkit_proto::pb;

use crate::plan::model::Platform;

/// The usual spelling: `x86_64` is `amd64`, `arm64/v8` is `arm64`, `arm` is `arm/v7`.
///
/// The rules are those of containerd's `platforms.Normalize`.
pub fn normalize(platform: &Platform) -> Platform {
    let os = match platform.os.to_lowercase().as_str() {
        "macos" => "darwin".to_owned(),
        os => os.to_owned(),
    };
    let arch = platform.arch.to_lowercase();
    let variant = platform.variant.as_deref().unwrap_or_default().to_lowercase();
    let (arch, variant) = match (arch.as_str(), variant.as_str()) {
        ("i386", _) => ("386", ""),
        ("x86_64" | "x86-64" | "amd64", "v1") => ("amd64", ""),
        ("x86_64" | "x86-64" | "amd64", other) => ("amd64", other),
        ("aarch64" | "arm64", "8" | "v8" | "v8.0") => ("arm64", ""),
        ("aarch64" | "arm64", "9" | "9.0" | "v9.0") => ("arm64", "v9"),
        ("aarch64" | "arm64", other) => ("arm64", other),
        ("armhf", _) | ("arm", "" | "7") => ("arm", "v7"),
        ("armel", _) | ("arm", "6") => ("arm", "v6"),
        ("arm", "5") => ("arm", "v5"),
        ("arm", "8") => ("arm", "v8"),
        (arch, other) => (arch, other),
    };
    Platform { os, arch: arch.to_owned(), variant: (!variant.is_empty()).then(|| variant.to_owned()) }
}

/// The message that an op carries.
pub(crate) fn to_message(platform: &Platform) -> pb::Platform {
    pb::Platform {
        architecture: platform.arch.clone(),
        os: platform.os.clone(),
        variant: platform.variant.clone().unwrap_or_default(),
        ..pb::Platform::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_take_their_usual_spelling() {
        let cases = [
            (("Linux", "x86_64", Some("v1")), ("linux", "amd64", None)),
            (("linux", "amd64", Some("v3")), ("linux", "amd64", Some("v3"))),
            (("linux", "aarch64", Some("v8")), ("linux", "arm64", None)),
            (("linux", "arm", None), ("linux", "arm", Some("v7"))),
            (("linux", "armel", None), ("linux", "arm", Some("v6"))),
            (("macos", "arm64", None), ("darwin", "arm64", None)),
        ];
        let platform = |(os, arch, variant): (&str, &str, Option<&str>)| Platform {
            os: os.to_owned(),
            arch: arch.to_owned(),
            variant: variant.map(str::to_owned),
        };
        for (given, want) in cases {
            assert_eq!(normalize(&platform(given)), platform(want));
        }
    }
}
