//! One file out of a ZIP archive that anybody may have made: in memory, by its exact name, under a limit. Nothing is
//! written anywhere, so no name in it leads anywhere.

use std::io::{Cursor, Read};
use zip::ZipArchive;
use zip::result::ZipError;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveError {
    #[error("the artifact is no ZIP archive that can be read: {0}")]
    Unreadable(String),
    #[error("the artifact holds no file `{0}`")]
    Missing(String),
    #[error("`{0}` in the artifact is not a plain file")]
    NotPlain(String),
    #[error("`{name}` in the artifact is larger than {limit} bytes")]
    TooLarge { name: String, limit: u64 },
}

/// The bytes of the file of this name, at most `limit` of them.
pub fn member(archive: &[u8], name: &str, limit: u64) -> Result<Vec<u8>, ArchiveError> {
    let unreadable = |error: ZipError| ArchiveError::Unreadable(error.to_string());
    let mut archive = ZipArchive::new(Cursor::new(archive)).map_err(unreadable)?;
    let file = match archive.by_name(name) {
        Err(ZipError::FileNotFound) => return Err(ArchiveError::Missing(name.to_owned())),
        file => file.map_err(unreadable)?,
    };
    if !file.is_file() || file.is_symlink() {
        return Err(ArchiveError::NotPlain(name.to_owned()));
    }
    let mut bytes = Vec::new();
    // What the archive says of its size is not to be trusted: bytes are counted as they come.
    file.take(limit + 1).read_to_end(&mut bytes).map_err(|error| ArchiveError::Unreadable(error.to_string()))?;
    if bytes.len() as u64 > limit {
        return Err(ArchiveError::TooLarge { name: name.to_owned(), limit });
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use zip::write::{SimpleFileOptions, ZipWriter};

    fn zip(write: impl FnOnce(&mut ZipWriter<Cursor<Vec<u8>>>)) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        write(&mut writer);
        writer.finish().unwrap().into_inner()
    }

    fn file(name: &str, bytes: &[u8]) -> Vec<u8> {
        zip(|writer| {
            writer.start_file(name, SimpleFileOptions::default()).unwrap();
            writer.write_all(bytes).unwrap();
        })
    }

    #[test]
    fn a60_the_named_file_is_read() {
        assert_eq!(member(&file("report.json", b"{}"), "report.json", 2), Ok(b"{}".to_vec()));
    }

    #[test]
    fn a60_a_name_that_climbs_out_is_no_file_of_ours() {
        for name in ["../report.json", "/report.json", "a/../report.json", "report.json/", "Report.json"] {
            let expected = Err(ArchiveError::Missing("report.json".to_owned()));
            assert_eq!(member(&file(name, b"{}"), "report.json", 100), expected, "{name}");
        }
    }

    #[test]
    fn a60_a_symbolic_link_or_a_folder_is_not_followed() {
        let link = zip(|writer| {
            writer.add_symlink("report.json", "/etc/passwd", SimpleFileOptions::default()).unwrap();
        });
        let expected = Err(ArchiveError::NotPlain("report.json".to_owned()));
        assert_eq!(member(&link, "report.json", 100), expected);
        let folder = zip(|writer| writer.add_directory("report.json/", SimpleFileOptions::default()).unwrap());
        assert_eq!(member(&folder, "report.json/", 100), Err(ArchiveError::NotPlain("report.json/".to_owned())));
    }

    #[test]
    fn a60_a_bomb_is_read_no_further_than_the_limit() {
        let bomb = file("report.json", &vec![b' '; 64 << 20]);
        assert!(bomb.len() < 1 << 20, "it is packed well");
        let expected = ArchiveError::TooLarge { name: "report.json".to_owned(), limit: 1_000 };
        assert_eq!(member(&bomb, "report.json", 1_000), Err(expected));
    }

    #[test]
    fn a60_a_size_that_is_a_lie_is_not_believed() {
        let mut lie = file("report.json", &[b' '; 5_000]);
        let directory = lie.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
        lie[directory + 24..directory + 28].copy_from_slice(&3_u32.to_le_bytes());
        assert!(member(&lie, "report.json", 1_000).is_err());
    }

    #[test]
    fn a60_what_is_no_archive_is_an_error() {
        for bytes in [b"".as_slice(), b"PK", b"<html>", &[0; 4_096]] {
            assert!(matches!(member(bytes, "report.json", 100), Err(ArchiveError::Unreadable(_))), "{bytes:?}");
        }
        let whole = file("report.json", b"{\"a\": 1}");
        for end in 0..whole.len() {
            assert!(member(&whole[..end], "report.json", 100).is_err(), "cut at {end}");
        }
    }
}
