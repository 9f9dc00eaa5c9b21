//! Git objects in one pack with its index, as `git gc` leaves a repository, but for deltas: every object is whole.

use gix::ObjectId;
use gix::objs::Kind;
use gix::zlib::Compression;
use gix::zlib::stream::deflate;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

/// Objects on their way into a pack.
#[derive(Default)]
pub struct Pack {
    bytes: Vec<u8>,
    /// Checksum and offset of each object.
    index: BTreeMap<ObjectId, (u32, u32)>,
}

const HASH: gix::hash::Kind = gix::hash::Kind::Sha1;

impl Pack {
    /// Takes an object in, once.
    pub fn insert(&mut self, kind: Kind, data: &[u8]) -> io::Result<ObjectId> {
        let id = gix::objs::compute_hash(HASH, kind, data).map_err(io::Error::other)?;
        if self.index.contains_key(&id) {
            return Ok(id);
        }
        let mut entry = entry_header(kind, data.len());
        let mut compressed = deflate::Write::new(Vec::new(), Compression::DEFAULT);
        compressed.write_all(data)?;
        compressed.flush()?;
        entry.extend(compressed.into_inner());
        let offset = 12 + self.bytes.len();
        let offset = u32::try_from(offset).ok().filter(|offset| *offset < 1 << 31);
        let offset = offset.ok_or_else(|| io::Error::other("the pack is larger than 2 GiB"))?;
        self.index.insert(id, (crc32(&entry), offset));
        self.bytes.extend(entry);
        Ok(id)
    }

    /// Writes `pack-<hash>.pack` and `.idx` into `folder`.
    pub fn write(self, folder: &Path) -> io::Result<()> {
        let mut pack = [b"PACK".as_slice(), &2_u32.to_be_bytes(), &(self.index.len() as u32).to_be_bytes()].concat();
        pack.extend(self.bytes);
        let name = append_hash(&mut pack)?;
        let mut index = b"\xfftOc\0\0\0\x02".to_vec();
        for first in 0..=u8::MAX {
            let up_to = self.index.keys().filter(|id| id.as_bytes()[0] <= first).count() as u32;
            index.extend(up_to.to_be_bytes());
        }
        self.index.keys().for_each(|id| index.extend(id.as_bytes()));
        self.index.values().for_each(|(checksum, _)| index.extend(checksum.to_be_bytes()));
        self.index.values().for_each(|(_, offset)| index.extend(offset.to_be_bytes()));
        index.extend(name.as_bytes());
        append_hash(&mut index)?;
        std::fs::create_dir_all(folder)?;
        std::fs::write(folder.join(format!("pack-{name}.pack")), pack)?;
        std::fs::write(folder.join(format!("pack-{name}.idx")), index)
    }
}

fn append_hash(bytes: &mut Vec<u8>) -> io::Result<ObjectId> {
    let mut hasher = gix::hash::hasher(HASH);
    hasher.update(bytes);
    let hash = hasher.try_finalize().map_err(io::Error::other)?;
    bytes.extend(hash.as_bytes());
    Ok(hash)
}

/// Type and length: four bits of length in the first byte, seven in each that follows.
fn entry_header(kind: Kind, length: usize) -> Vec<u8> {
    let kind = match kind {
        Kind::Commit => 1,
        Kind::Tree => 2,
        Kind::Blob => 3,
        Kind::Tag => 4,
    };
    let mut header = vec![kind << 4 | (length & 0xf) as u8];
    let mut rest = length >> 4;
    while rest > 0 {
        let last = header.len() - 1;
        header[last] |= 0x80;
        header.push((rest & 0x7f) as u8);
        rest >>= 7;
    }
    header
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg());
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}
