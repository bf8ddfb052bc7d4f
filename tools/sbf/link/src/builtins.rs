//! Which functions compiled code may call without having named them.

/// Called by LLVM's back end itself, so they stay visible until the end.
pub const MEMORY: [&str; 5] = ["memcpy", "memmove", "memset", "memcmp", "bcmp"];

/// Integer division that BPF has no instruction for.
const DIVISION: [&str; 2] = ["__udivti3", "__umodti3"];

/// Mathematical functions: the LLVM intrinsic and the C function it stands for.
/// (`llvm.floor.f64` calls `floor`, `llvm.floor.f32` calls `floorf`.)
pub const MATH: [(&str, &str); 23] = [
    ("ceil", "ceil"),
    ("cos", "cos"),
    ("exp", "exp"),
    ("exp2", "exp2"),
    ("floor", "floor"),
    ("fma", "fma"),
    ("fmuladd", "fma"),
    ("log", "log"),
    ("log10", "log10"),
    ("log2", "log2"),
    ("maximum", "fmaximum"),
    ("maximumnum", "fmaximum_num"),
    ("maxnum", "fmax"),
    ("minimum", "fminimum"),
    ("minimumnum", "fminimum_num"),
    ("minnum", "fmin"),
    ("nearbyint", "rint"),
    ("pow", "pow"),
    ("rint", "rint"),
    ("round", "round"),
    ("roundeven", "roundeven"),
    ("sin", "sin"),
    ("sqrt", "sqrt"),
];

/// What the remainder of floats calls; it is an instruction, not an intrinsic.
pub const REMAINDER: &str = "fmod";

fn is_math(symbol: &str) -> bool {
    let double = symbol.strip_suffix('f').unwrap_or(symbol);
    [symbol, double]
        .iter()
        .any(|name| *name == REMAINDER || MATH.iter().any(|(_, function)| name == function))
}

/// `__adddf3`, `__fixunssfti`, `__powidf2` and so on, for f32 (sf) and f64 (df).
fn is_soft_float(symbol: &str) -> bool {
    let any = |letters: [&str; 2]| letters.iter().any(|l| symbol.contains(l));
    symbol.starts_with("__") && any(["sf", "df"]) && !any(["hf", "tf"])
}

/// Whether legalization may come to need a symbol, so that it must survive until then.
pub fn is_builtin(symbol: &str) -> bool {
    MEMORY.contains(&symbol)
        || DIVISION.contains(&symbol)
        || is_math(symbol)
        || is_soft_float(symbol)
}

#[cfg(test)]
mod tests {
    use super::is_builtin;

    #[test]
    fn keeps_what_legalization_calls() {
        for name in [
            "memcpy", "__udivti3", "__adddf3", "__fixunssfti", "floorf", "sqrt", "__powidf2",
            "fmodf",
        ] {
            assert!(is_builtin(name), "{name}");
        }
        for name in [
            "entrypoint",
            "__ashlti3",
            "_ZN4core3fmt5write17h0E",
            "floorf16",
            "__addtf3",
            "__extendhfsf2",
        ] {
            assert!(!is_builtin(name), "{name}");
        }
    }
}
