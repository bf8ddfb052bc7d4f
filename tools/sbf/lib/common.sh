# What both halves share: messages, the tools of the distribution, and cargo for
# the target. Sourced by build-sbf, which sets `here`, this toolchain's folder.
# shellcheck shell=bash

target=sbpf-solana-solana
# What the bytes of a program depend on.
compiler_packages=(rustc-web cargo-web rust-web-src llvm-22-dev)
# What else a build needs.
helper_packages=(gcc libc6-dev perl)

say() { echo "build-sbf: $*" >&2; }
die() {
    say "error: $*"
    exit 1
}

install_packages() {
    local missing=() package
    for package in "${compiler_packages[@]}" "${helper_packages[@]}"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q ' installed$' || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null || die "this needs Debian's packages ${missing[*]}"
    local sudo=()
    [ "$(id -u)" -eq 0 ] || sudo=(sudo)
    say "installing ${missing[*]}"
    "${sudo[@]}" apt-get update -qq >&2
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
}

# The file of a Debian package that ends in a given path.
packaged() { dpkg-query -L "$1" 2>/dev/null | grep -E "$2\$" | head -1; }

find_tools() {
    rustc=$(packaged rustc-web /bin/rustc)
    cargo=$(packaged cargo-web /bin/cargo)
    llvm_config=$(packaged llvm-22-dev /bin/llvm-config || true)
    [ -n "$llvm_config" ] || llvm_config=$(packaged llvm-22 /bin/llvm-config)
    llvm=$("$llvm_config" --prefix)
    library=$("$rustc" --print sysroot)/lib/rustlib/src/rust/library
    [ -d "$library" ] || die "the sources of Rust's library are missing"
}

# Takes away what of the caller's environment would change what cargo does. The
# caller's CARGO_PROFILE_* stay: they are how a project sets the program's profile.
clean_environment() {
    unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_BUILD_RUSTFLAGS CARGO_BUILD_TARGET RUSTUP_TOOLCHAIN RUSTDOC \
        "${!CARGO_TARGET_SBPF@}"
    # Empty rather than unset, so that a configuration file's wrapper is off too.
    export RUSTC_WRAPPER='' RUSTC_WORKSPACE_WRAPPER='' RUSTC=$rustc
}

# One line for everything in this folder that a program's bytes can depend on.
source_hash() {
    (
        cd "$here"
        find build-sbf lib toolchain link builtins -type f -not -path '*/target/*' -print0 |
            LC_ALL=C sort -z | xargs -0 sha256sum
    ) | sha256sum | cut -d' ' -f1
}

# The versions that a program's bytes depend on, one in a line.
versions() {
    local package
    for package in "${compiler_packages[@]}"; do
        dpkg-query -W -f '${Package} ${Version}\n' "$package"
    done
    echo "tools/sbf $(source_hash)"
}

absolute() { realpath --canonicalize-missing --no-symlinks "$1"; }

# FOLDER NAME ...: flags that replace each folder by its name in the program.
# rustc lets the last match win, so that the deeper folder has to come later.
remap_flags() {
    printf '%s\t%s\n' "$@" | awk '{ print length($0) "\t" $0 }' | sort -n | cut -f2- |
        while IFS=$'\t' read -r folder name; do
            echo "--remap-path-prefix=$folder=$name"
        done
}

# TOOLS WORKSPACE TARGET_DIR ARGS...: cargo for the target, with the toolchain
# that was prepared in the folder TOOLS.
solana_cargo() {
    local tools=$1 workspace=$2 target_dir=$3 flags
    shift 3
    mapfile -t flags < <(remap_flags "$workspace" /program "$target_dir" /target "$tools" /toolchain \
        "$(absolute "${CARGO_HOME:-$HOME/.cargo}")" /cargo)
    flags+=(
        -Zunstable-options
        -Clinker="$tools/bin/sbf-collect"
        -Clinker-flavor=bpf
        -Ctarget-cpu=v2
        -Cpasses=lower-atomic
    )
    CARGO_ENCODED_RUSTFLAGS=$(IFS=$'\x1f' && echo "${flags[*]}") \
        RUSTC_BOOTSTRAP=1 RUSTC="$tools/rustc-solana" SBF_RUSTC=$rustc SBF_LIBRARY="$tools/src/library" \
        RUST_TARGET_PATH=$tools __CARGO_TESTS_ONLY_SRC_ROOT="$tools/src/library" \
        CARGO_PROFILE_RELEASE_DEBUG=false CARGO_INCREMENTAL=0 \
        "$cargo" "$@" --release --locked --target-dir "$target_dir" \
        -Zbuild-std=core,alloc,std -Zbuild-std-features= --target "$target"
}
