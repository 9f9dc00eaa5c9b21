//! A text as it is written, or as it reads once decoded, with the written bytes of each of its bytes.

use std::borrow::Cow;
use std::ops::Range;

pub(super) struct View<'t> {
    pub text: Cow<'t, str>,
    /// The written bytes of each byte of the text; None where the text is as it is written.
    origins: Option<Vec<Range<u32>>>,
}

impl<'t> View<'t> {
    pub fn written(text: &'t str) -> View<'t> {
        View { text: Cow::Borrowed(text), origins: None }
    }

    pub fn is_written(&self) -> bool {
        self.origins.is_none()
    }

    /// The written bytes of a byte of the text.
    fn origin(&self, at: usize) -> Range<u32> {
        match &self.origins {
            None => at as u32..at as u32 + 1,
            Some(origins) => origins[at].clone(),
        }
    }

    /// What is written for a part of the text, in order, without what stands between.
    pub fn pieces(&self, part: Range<usize>) -> Vec<Range<usize>> {
        if self.origins.is_none() {
            return vec![part];
        }
        let mut pieces: Vec<Range<usize>> = Vec::new();
        for origin in part.map(|at| self.origin(at)) {
            let (start, end) = (origin.start as usize, origin.end as usize);
            match pieces.last_mut() {
                Some(last) if start <= last.end => last.end = last.end.max(end),
                _ => pieces.push(start..end),
            }
        }
        pieces
    }

    /// A text that is decoded from this one, byte by byte.
    pub fn decoder(&self) -> Decoder<'_, 't> {
        Decoder { from: self, bytes: Vec::new(), origins: Vec::new() }
    }
}

pub(super) struct Decoder<'v, 't> {
    from: &'v View<'t>,
    bytes: Vec<u8>,
    origins: Vec<Range<u32>>,
}

impl Decoder<'_, '_> {
    /// A byte that is written by a part of the encoded text.
    pub fn push(&mut self, byte: u8, part: Range<usize>) {
        let (first, last) = (self.from.origin(part.start), self.from.origin(part.end - 1));
        self.bytes.push(byte);
        self.origins.push(first.start..last.end.max(first.end));
    }

    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// No secret that is looked for holds anything but printable ASCII: other bytes become blanks. None where there are
    /// so many that this was never meant as text.
    pub fn finish(mut self) -> Option<View<'static>> {
        let mut strange = 0;
        for byte in &mut self.bytes {
            if !matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t') {
                strange += 1;
                *byte = b' ';
            }
        }
        if self.bytes.is_empty() || strange * 8 > self.bytes.len() {
            return None;
        }
        let text = String::from_utf8(self.bytes).ok()?;
        Some(View { text: Cow::Owned(text), origins: Some(self.origins) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_decoded_text_is_found_where_it_is_written() {
        let written = View::written("ab\n  cd");
        let mut decoder = written.decoder();
        for (byte, at) in [(b'a', 0), (b'b', 1), (b'c', 5), (b'd', 6)] {
            decoder.push(byte, at..at + 1);
        }
        let joined = decoder.finish().unwrap();
        assert_eq!(&*joined.text, "abcd");
        assert_eq!(joined.pieces(1..3), [1..2, 5..6]);
        let mut decoder = joined.decoder();
        decoder.push(b'x', 1..3);
        assert_eq!(decoder.finish().unwrap().pieces(0..1), vec![1..6]);
    }

    #[test]
    fn what_is_no_text_is_not_looked_at() {
        let written = View::written("abcd");
        let mut decoder = written.decoder();
        (0..4).for_each(|at| decoder.push(0x80, at..at + 1));
        assert!(decoder.finish().is_none());
        assert!(written.decoder().finish().is_none());
    }
}
