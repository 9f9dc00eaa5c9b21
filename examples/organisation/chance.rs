//! Numbers that look random and are the same on every machine: splitmix64.

pub struct Chance(u64);

impl Chance {
    /// The numbers of one service: others may come and go without changing them.
    pub fn of(index: usize) -> Chance {
        Chance((index as u64 + 1).wrapping_mul(0xA076_1D64_78BD_642F))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is not zero.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    pub fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    pub fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    /// A number below `end` that is small far more often than large: few services are called by very many.
    pub fn popular_below(&mut self, end: usize) -> usize {
        const SCALE: u64 = 1 << 20;
        let even = self.next() % SCALE;
        let skewed = even * even / SCALE * even / SCALE;
        (skewed * end as u64 / SCALE) as usize
    }
}
