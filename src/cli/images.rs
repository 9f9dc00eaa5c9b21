//! `--image`: images for the containers of Score files that leave theirs open.

use crate::check::Loaded;
use anyhow::bail;
use clap::Args;

/// Images from outside.
#[derive(Debug, Args)]
pub struct Images {
    /// The image of the containers of a service whose Score file says `image: .`; may be given several times
    #[arg(long = "image", value_name = "SERVICE[/CONTAINER]=IMAGE")]
    images: Vec<String>,
}

impl Images {
    /// What was loaded, with these images.
    pub fn given_to(&self, mut loaded: Loaded) -> anyhow::Result<Loaded> {
        for written in &self.images {
            match written.split_once('=') {
                Some((container, image)) if !container.is_empty() && !image.is_empty() => {
                    loaded.snapshot.images.insert(container.to_owned(), image.to_owned());
                }
                _ => bail!("--image {written}: write `<service>=<image>` or `<service>/<container>=<image>`"),
            }
        }
        Ok(loaded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_given_to_a_service_or_a_container() {
        let images = |written: &str| Images { images: vec![written.to_owned()] }.given_to(Loaded::default());
        let loaded = images("cart/main=ghcr.io/acme/cart:1@sha256:a=b").unwrap();
        assert_eq!(loaded.snapshot.images["cart/main"], "ghcr.io/acme/cart:1@sha256:a=b");
        assert!(images("cart").unwrap_err().to_string().contains("<service>=<image>"));
        assert!(images("=x").is_err() && images("x=").is_err());
    }
}
