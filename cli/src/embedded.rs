//! What is built into the command, so that it runs anywhere.

/// The program, as it is deployed.
pub const PROGRAM: &[u8] = include_bytes!("../../artifacts/gpu_market.so");

/// The program's interface description.
pub const IDL: &str = include_str!("../../idl/gpu_market.json");

/// A text file and its name in errors.
#[derive(Clone, Copy, Debug)]
pub struct TextFile {
    pub name: &'static str,
    pub text: &'static str,
}

macro_rules! text_file {
    ($path:literal) => {
        TextFile { name: $path, text: include_str!(concat!("../../", $path)) }
    };
}

pub const MARKETS: TextFile = text_file!("examples/markets.toml");

pub const JOBS: &[TextFile] = &[
    text_file!("examples/jobs/batch-inference.json"),
    text_file!("examples/jobs/embed-documents.json"),
    text_file!("examples/jobs/fine-tune-adapter.json"),
    text_file!("examples/jobs/fold-protein.json"),
    text_file!("examples/jobs/pretrain-shard.json"),
    text_file!("examples/jobs/render-frames.json"),
    text_file!("examples/jobs/serve-diffusion.json"),
    text_file!("examples/jobs/sweep-parameters.json"),
    text_file!("examples/jobs/transcode-lectures.json"),
    text_file!("examples/jobs/validate-dataset.json"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_job_is_built_in() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/jobs");
        let mut names: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| format!("examples/jobs/{}", entry.unwrap().file_name().to_string_lossy()))
            .collect();
        names.sort();
        assert_eq!(names, JOBS.iter().map(|job| job.name).collect::<Vec<_>>());
    }
}
