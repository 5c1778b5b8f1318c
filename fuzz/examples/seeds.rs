//! Writes what the fuzzer begins with into `corpus/TARGET` of a folder: `cargo run --example seeds -- fuzz`.

use std::path::Path;

fn main() -> std::io::Result<()> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    for (target, number, bytes) in fundtrail_fuzz::seeds() {
        let of_target = Path::new(&folder).join("corpus").join(target);
        std::fs::create_dir_all(&of_target)?;
        std::fs::write(of_target.join(format!("sample-{number}")), bytes)?;
    }
    Ok(())
}
