//! The health check that gRPC has for all services (`grpc.health.v1.Health/Check`): the question and its answer as bytes,
//! <https://github.com/grpc/grpc/blob/master/doc/health-checking.md>. A message stands in a frame of five bytes: not
//! compressed, and its length.

use super::standing::{Standing, not_yet};

pub(super) const METHOD: &str = "/grpc.health.v1.Health/Check";

/// `HealthCheckRequest { service }`: the empty name asks for the server as a whole.
pub(super) fn question(service: &str) -> Vec<u8> {
    let mut message = Vec::new();
    // Longer names than 127 bytes have a length of two bytes; no Kubernetes object holds one of 16,384.
    if !service.is_empty() {
        message.push(0x0a);
        varint(service.len(), &mut message);
        message.extend_from_slice(service.as_bytes());
    }
    let mut frame = vec![0];
    frame.extend_from_slice(&u32::try_from(message.len()).unwrap_or(u32::MAX).to_be_bytes());
    frame.extend(message);
    frame
}

fn varint(mut number: usize, bytes: &mut Vec<u8>) {
    while number >= 0x80 {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
}

/// `HealthCheckResponse { status }`, where there is one: an error has no message.
pub(super) fn answer(frame: &[u8]) -> Standing {
    let Some((0, [a, b, c, d, message @ ..])) = frame.split_first().map(|(first, rest)| (*first, rest)) else {
        return not_yet("it does not answer health checks of gRPC");
    };
    if u32::from_be_bytes([*a, *b, *c, *d]) as usize != message.len() {
        return not_yet("its answer is cut off");
    }
    match message {
        [0x08, 1] => Standing::Ready,
        [0x08, 2] => not_yet("it answers NOT_SERVING"),
        [0x08, 3] => not_yet("it does not know the service that is asked for"),
        _ => not_yet("it answers UNKNOWN"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_question_is_a_frame_with_the_name_in_it() {
        assert_eq!(question(""), [0, 0, 0, 0, 0]);
        assert_eq!(question("a.B"), [0, 0, 0, 0, 5, 0x0a, 3, b'a', b'.', b'B']);
        let long = question(&"x".repeat(200));
        assert_eq!(long[..8], [0, 0, 0, 0, 203, 0x0a, 0xc8, 0x01]);
    }

    #[test]
    fn only_who_serves_is_well() {
        assert_eq!(answer(&[0, 0, 0, 0, 2, 8, 1]), Standing::Ready);
        assert_eq!(answer(&[0, 0, 0, 0, 2, 8, 2]), not_yet("it answers NOT_SERVING"));
        assert_eq!(answer(&[0, 0, 0, 0, 0]), not_yet("it answers UNKNOWN"));
        assert_eq!(answer(&[]), not_yet("it does not answer health checks of gRPC"));
        assert_eq!(answer(&[0, 0, 0, 0, 2, 8]), not_yet("its answer is cut off"));
        assert_eq!(answer(&[1, 0, 0, 0, 2, 8, 1]), not_yet("it does not answer health checks of gRPC"));
    }

    proptest! {
        #[test]
        fn whatever_comes_is_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let well = answer(&bytes) == Standing::Ready;
            prop_assert_eq!(well, bytes == [0, 0, 0, 0, 2, 8, 1]);
        }
    }
}
