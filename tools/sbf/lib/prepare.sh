# Builds the toolchain itself, once for each version of it. Sourced by build-sbf.
# shellcheck shell=bash

# Names the cache folder: anything that changes the toolchain changes the name.
cache_key() {
    {
        "$rustc" -vV
        versions
    } | sha256sum | cut -c1-16
}

cache_base() { absolute "${XDG_CACHE_HOME:-$HOME/.cache}/sbf-toolchain"; }

# All versions of the linker share one target folder, so that an update is quick.
linker_target() { echo "$(cache_base)/link-target"; }

# COMMAND: cargo for the linker.
linker_cargo() {
    LLVM_PREFIX=$llvm LLVM_SYS_221_PREFIX=$llvm RUSTFLAGS="-L native=$llvm/lib" \
        "$cargo" "$1" --quiet --release --locked --manifest-path "$here/link/Cargo.toml" --target-dir "$(linker_target)"
}

# TOOLS: the two programs that do the linking.
build_linker() {
    say "building the linker (once, some minutes)"
    linker_cargo build >&2
    mkdir -p "$1/bin"
    cp "$(linker_target)/release/sbf-collect" "$(linker_target)/release/sbf-link" "$1/bin/"
}

test_linker() {
    unset "${!CARGO_PROFILE_@}"
    linker_cargo test
}

# TOOLS: Rust's library, patched for the target.
copy_library() {
    say "preparing the standard library"
    mkdir -p "$1/src"
    cp -rL "$library" "$1/src/library"
    bash "$here/toolchain/patch-std" "$1/src/library"
    cp "$here/toolchain/$target.json" "$here/toolchain/rustc-solana" "$1/"
    chmod +x "$1/rustc-solana"
}

# TOOLS: Solana's own builtins, so that a program need not depend on them.
build_builtins() {
    say "building the builtins"
    local crate=$1/builtins
    cp -r "$here/builtins" "$crate"
    solana_cargo "$1" "$crate" "$crate/target" build --quiet --manifest-path "$crate/Cargo.toml" >&2
    cp "$crate/target/$target"/release/deps/libsolana_compiler_builtins-*.rlib "$1/builtins.rlib"
    rm -rf "$crate"
}

# Prints the folder of the toolchain; builds it if it is not there yet.
prepare() {
    local dir
    dir=$(cache_base)/$(cache_key)
    mkdir -p "$(cache_base)"
    (
        flock 9
        [ ! -e "$dir/complete" ] || exit 0
        # The profile is for the program, not for its tools.
        unset "${!CARGO_PROFILE_@}"
        rm -rf "$dir"
        mkdir -p "$dir"
        build_linker "$dir"
        copy_library "$dir"
        build_builtins "$dir"
        touch "$dir/complete"
    ) 9>"$(cache_base)/lock"
    echo "$dir"
}
