//! The one clock the reader reads.

/// Milliseconds of `CLOCK_BOOTTIME`, the same count facts carry as their monotonic instant.
pub fn boot_ms() -> u64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    // Neither part can be negative: the clock counts from the start of the machine.
    now.tv_sec.unsigned_abs() * 1_000 + now.tv_nsec.unsigned_abs() / 1_000_000
}

#[cfg(test)]
mod tests {
    use super::boot_ms;

    #[test]
    fn it_follows_the_kernel() {
        let text = std::fs::read_to_string("/proc/uptime").unwrap();
        let seconds: f64 = text.split(' ').next().unwrap().parse().unwrap();
        let differs = (boot_ms() as f64 - seconds * 1_000.0).abs();
        assert!(differs < 1_000.0, "{differs} ms away from /proc/uptime");
    }
}
