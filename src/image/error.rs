//! The findings about real images.

use crate::diagnostic::{Diagnostic, code};
use crate::image::wrong::Wrong;

/// An image that cannot be read.
pub fn unreadable(image: &str, wrong: &Wrong) -> Diagnostic {
    let message = |why: &str| format!("the image `{image}` cannot be read: {why}");
    match wrong {
        Wrong::Unreadable(why) => Diagnostic::error(code::IMAGE_UNREADABLE, message(why)).help(
            "name a folder in OCI's layout, or an archive as `docker save` and `cogpack build -o type=oci` write it",
        ),
        Wrong::Broken(why) => Diagnostic::error(code::IMAGE_BROKEN, message(why))
            .help("write it again, with `docker save` or `cogpack build -o type=oci`"),
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
    }
}

/// What metadata say of an image, and what it is.
pub fn differs(image: &str, difference: &str) -> Diagnostic {
    Diagnostic::error(code::IMAGE_DIFFERS, format!("`{image}` is not as its metadata say: {difference}"))
        .help("`cogpack images inspect` prints metadata of the real image")
}
