//! Turns collected bitcode into a Solana program; see `sbf_link::emit`.
use sbf_link::{emit, options};

fn main() -> std::process::ExitCode {
    sbf_link::main("sbf-link", |args| {
        if args.iter().any(|a| a == "--help" || a == "-h") {
            println!("{}", options::USAGE);
            return Ok(());
        }
        let command = options::parse(args)?;
        if let Some(dir) = &command.dump {
            std::fs::create_dir_all(dir)?;
        }
        emit::run(&command)
    })
}
