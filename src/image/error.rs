//! The findings about real images.

use crate::diagnostic::{Diagnostic, code};
use crate::image::wrong::Wrong;

/// An image that cannot be read.
pub fn unreadable(image: &str, wrong: &Wrong) -> Diagnostic {
    let message = |why: &str| format!("the image `{image}` cannot be read: {why}");
    match wrong {
        Wrong::Unreadable(why) => Diagnostic::error(code::IMAGE_UNREADABLE, message(why)).help(
            "name a folder in OCI's layout, an archive as `docker save` and `cogpack build -o type=oci` write it, or an image of a registry",
        ),
        Wrong::Broken(why) => Diagnostic::error(code::IMAGE_BROKEN, message(why))
            .help("write it again, with `docker save` or `cogpack build -o type=oci`, or push it again"),
        Wrong::TooLarge(why) => Diagnostic::error(code::IMAGE_TOO_LARGE, message(why))
            .help("an image that people made is not like that; see where it is from"),
        Wrong::Compression(name) => {
            Diagnostic::error(code::IMAGE_COMPRESSION, message(&format!("a layer of it is compressed with {name}")))
                .help("write it again with layers that are gzip or not compressed")
        }
        Wrong::Platform(platforms) => {
            let there = platforms.join(", ");
            let found = Diagnostic::error(code::IMAGE_PLATFORM, format!("the image `{image}` is for other platforms"));
            found.help(format!("there is {there}: name it with `--platform`"))
        }
        Wrong::Refused(host, why) => Diagnostic::error(code::IMAGE_LOGIN, message(&format!("`{host}` {why}")))
            .help(format!("log in with `docker login{}`, and see that the name is right", hub(host))),
        Wrong::Unreachable(why) => Diagnostic::error(code::IMAGE_UNREACHABLE, message(why))
            .help("see that this machine reaches the registry, and that its name is right"),
        Wrong::Missing(host) => {
            Diagnostic::error(code::IMAGE_MISSING, message(&format!("`{host}` has no image of that name or tag")))
                .help("see the name and the tag; what is no path of a file is the name of an image")
        }
    }
}

/// A registry as `docker login` wants it: Docker Hub is the one that is not named.
fn hub(host: &str) -> String {
    if host == "docker.io" { String::new() } else { format!(" {host}") }
}

/// What metadata say of an image, and what it is.
pub fn differs(image: &str, difference: &str) -> Diagnostic {
    Diagnostic::error(code::IMAGE_DIFFERS, format!("`{image}` is not as its metadata say: {difference}"))
        .help("`cogpack images inspect` prints metadata of the real image")
}
