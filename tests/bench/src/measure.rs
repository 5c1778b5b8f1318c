//! Timing two things in turn.

use std::fmt;
use std::time::{Duration, Instant};

/// How long something took, several times.
#[derive(Clone, Debug)]
pub(crate) struct Samples(Vec<Duration>);

impl Samples {
    /// From at least one measurement.
    pub(crate) fn new(mut taken: Vec<Duration>) -> Self {
        assert!(!taken.is_empty(), "nothing was measured");
        taken.sort_unstable();
        Self(taken)
    }

    /// The middle one; of two middles the longer.
    pub(crate) fn median(&self) -> Duration {
        self.0[self.0.len() / 2]
    }

    fn ends(&self) -> (Duration, Duration) {
        (self.0[0], self.0[self.0.len() - 1])
    }

    /// How many of `count` things are done in a second, by the median.
    pub(crate) fn per_second(&self, count: u64) -> u64 {
        let micros = self.median().as_micros().max(1);
        u64::try_from(u128::from(count) * 1_000_000 / micros).unwrap_or(u64::MAX)
    }
}

/// Prints `1.23 s (1.20–1.31)`: the median and the ends.
impl fmt::Display for Samples {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (least, most) = self.ends();
        // One unit for all three.
        let (unit, nanos) = match self.median().as_nanos() {
            0..1_000_000 => ("µs", 1_000),
            1_000_000..1_000_000_000 => ("ms", 1_000_000),
            _ => ("s", 1_000_000_000),
        };
        let show = |duration: Duration| {
            let hundredths = duration.as_nanos() * 100 / nanos;
            format!("{}.{:02}", hundredths / 100, hundredths % 100)
        };
        write!(f, "{} {unit} ({}–{})", show(self.median()), show(least), show(most))
    }
}

/// Times two things in turn, after each was run once without a clock, so that neither has a warmer machine
/// than the other. `ours` and `other` return how long the part that counts took.
pub(crate) fn in_turn(
    rounds: u32,
    mut ours: impl FnMut() -> Duration,
    mut other: impl FnMut() -> Duration,
) -> (Samples, Samples) {
    let _ = (ours(), other());
    let (ours, other): (Vec<_>, Vec<_>) = (0..rounds).map(|_| (ours(), other())).unzip();
    (Samples::new(ours), Samples::new(other))
}

/// How long it takes.
pub(crate) fn time<T>(what: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let made = what();
    (start.elapsed(), made)
}

/// The machine, in a line.
pub(crate) fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let field = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).map(str::to_owned);
        line.and_then(|line| Some(line.split_once(':')?.1.trim().to_owned()))
    };
    let processor = field(&read("/proc/cpuinfo"), "model name");
    let memory = field(&read("/proc/meminfo"), "MemTotal");
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!(
        "{}, {cores} cores, {} of memory, {} {}",
        processor.unwrap_or_else(|| "unknown processor".to_owned()),
        memory.unwrap_or_else(|| "unknown".to_owned()),
        std::env::consts::OS,
        std::env::consts::ARCH,
    )
}
