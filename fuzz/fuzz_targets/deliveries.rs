#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| pavior_fuzz::run("deliveries", data));
