// The chain on an NVIDIA GPU. Compiled at run time by NVRTC, without any header.
//
// One step is three launches in one stream: step_* gives next = mix(weights * state^T), hash_chunks and hash_parents its
// BLAKE3 hash. Dimensions are powers of two of at least 64; the host checks that before it launches.

typedef signed char int8;
typedef unsigned int uint32;

// ---- mixing: chain.rs is the specification

__device__ __forceinline__ int8 mix_cell(int sum, uint32 position, uint32 key) {
    uint32 bits = (uint32)sum ^ (position * 0x9E3779B9u + key);
    bits ^= bits >> 16;
    bits *= 0x85EBCA6Bu;
    bits ^= bits >> 13;
    bits *= 0xC2B2AE35u;
    return (int8)(bits >> 24);
}

// Either the product of a cell is asked for, or its mix.
__device__ __forceinline__ void put(int8* next, int* product, uint32 want_product, size_t position, int sum, uint32 key) {
    if (want_product) {
        product[position] = sum;
    } else {
        next[position] = mix_cell(sum, (uint32)position, key);
    }
}

// ---- multiplication, plain: one thread per cell, blocks of 16 x 16 threads, any dimension

#define PLAIN 16
#define PLAIN_WORDS 16

extern "C" __global__ void step_plain(
    const int8* weights, const int8* state, int8* next, int* product, uint32 n, uint32 key, uint32 want_product
) {
    // One word more than a row has: threads of a column then read different banks.
    __shared__ int rows[PLAIN][PLAIN_WORDS + 1];
    __shared__ int columns[PLAIN][PLAIN_WORDS + 1];
    const uint32 row = blockIdx.y * PLAIN + threadIdx.y;
    const uint32 column = blockIdx.x * PLAIN + threadIdx.x;
    const size_t words = n / 4;
    const int* weight_words = (const int*)weights + row * words;
    const int* state_words = (const int*)state + (blockIdx.x * PLAIN + threadIdx.y) * words;
    int sum = 0;
    for (uint32 first = 0; first < words; first += PLAIN_WORDS) {
        rows[threadIdx.y][threadIdx.x] = weight_words[first + threadIdx.x];
        columns[threadIdx.y][threadIdx.x] = state_words[first + threadIdx.x];
        __syncthreads();
        for (int word = 0; word < PLAIN_WORDS; word++) {
            sum = __dp4a(rows[threadIdx.y][word], columns[threadIdx.x][word], sum);
        }
        __syncthreads();
    }
    put(next, product, want_product, (size_t)row * n + column, sum, key);
}

// ---- multiplication on tensor units: blocks of 256 threads give 128 x 128 cells, each of 8 warps 64 x 32 of them

#if __CUDA_ARCH__ >= 800

#define TILE 128
// Bytes of each row that are in shared memory at a time.
#define DEPTH 64
// 20 words: eight rows of four words each then lie in 32 different banks.
#define STRIDE 80
#define WARP_ROWS 4
#define WARP_COLUMNS 4
// Each thread carries this many of a tile's 512 pieces of 16 bytes.
#define PIECES 2

__device__ __forceinline__ void fetch(int4* pieces, const int8* matrix, uint32 n, uint32 first_row, uint32 depth) {
    for (int piece = 0; piece < PIECES; piece++) {
        const uint32 number = threadIdx.x + piece * 256;
        const size_t row = first_row + number / 4;
        pieces[piece] = *(const int4*)(matrix + row * n + depth + number % 4 * 16);
    }
}

__device__ __forceinline__ void stage(int8* tile, const int4* pieces) {
    for (int piece = 0; piece < PIECES; piece++) {
        const uint32 number = threadIdx.x + piece * 256;
        *(int4*)(tile + number / 4 * STRIDE + number % 4 * 16) = pieces[piece];
    }
}

__device__ __forceinline__ int word(const int8* tile, uint32 row, uint32 depth) {
    return *(const int*)(tile + row * STRIDE + depth);
}

// PTX ISA, "Matrix Fragments for mma.m16n8k32": with group = lane / 4 and quad = lane % 4,
// a0, a1: rows group, group + 8, bytes 4 quad; a2, a3: the same rows, 16 bytes on; b0, b1: column group, bytes 4 quad and
// 16 on; c0, c1: row group, columns 2 quad and the next; c2, c3: row group + 8. Sums wrap, and never need to.
__device__ __forceinline__ void multiply_add(int* sums, const int* rows, const int* columns) {
    asm volatile(
        "mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
        : "+r"(sums[0]), "+r"(sums[1]), "+r"(sums[2]), "+r"(sums[3])
        : "r"(rows[0]), "r"(rows[1]), "r"(rows[2]), "r"(rows[3]), "r"(columns[0]), "r"(columns[1])
    );
}

extern "C" __global__ void __launch_bounds__(256, 2) step_tensor(
    const int8* weights, const int8* state, int8* next, int* product, uint32 n, uint32 key, uint32 want_product
) {
    __shared__ __align__(16) int8 weight_tiles[2][TILE * STRIDE];
    __shared__ __align__(16) int8 state_tiles[2][TILE * STRIDE];
    const uint32 warp = threadIdx.x / 32, group = threadIdx.x % 32 / 4, quad = threadIdx.x % 4;
    const uint32 warp_row = warp / 4 * 64, warp_column = warp % 4 * 32;
    const uint32 first_row = blockIdx.y * TILE, first_column = blockIdx.x * TILE;

    int sums[WARP_ROWS][WARP_COLUMNS][4] = {};
    int4 weight_pieces[PIECES], state_pieces[PIECES];
    fetch(weight_pieces, weights, n, first_row, 0);
    fetch(state_pieces, state, n, first_column, 0);
    stage(weight_tiles[0], weight_pieces);
    stage(state_tiles[0], state_pieces);
    __syncthreads();

    uint32 now = 0;
    for (uint32 depth = 0; depth < n; depth += DEPTH) {
        // The next tiles are on their way while these are multiplied.
        const bool more = depth + DEPTH < n;
        if (more) {
            fetch(weight_pieces, weights, n, first_row, depth + DEPTH);
            fetch(state_pieces, state, n, first_column, depth + DEPTH);
        }
#pragma unroll
        for (uint32 inner = 0; inner < DEPTH; inner += 32) {
            int rows[WARP_ROWS][4], columns[WARP_COLUMNS][2];
#pragma unroll
            for (uint32 i = 0; i < WARP_ROWS; i++) {
                const uint32 row = warp_row + i * 16 + group;
                rows[i][0] = word(weight_tiles[now], row, inner + quad * 4);
                rows[i][1] = word(weight_tiles[now], row + 8, inner + quad * 4);
                rows[i][2] = word(weight_tiles[now], row, inner + quad * 4 + 16);
                rows[i][3] = word(weight_tiles[now], row + 8, inner + quad * 4 + 16);
            }
#pragma unroll
            for (uint32 j = 0; j < WARP_COLUMNS; j++) {
                const uint32 column = warp_column + j * 8 + group;
                columns[j][0] = word(state_tiles[now], column, inner + quad * 4);
                columns[j][1] = word(state_tiles[now], column, inner + quad * 4 + 16);
            }
#pragma unroll
            for (uint32 i = 0; i < WARP_ROWS; i++) {
#pragma unroll
                for (uint32 j = 0; j < WARP_COLUMNS; j++) {
                    multiply_add(sums[i][j], rows[i], columns[j]);
                }
            }
        }
        if (more) {
            // The other tiles were last read before the previous barrier.
            stage(weight_tiles[now ^ 1], weight_pieces);
            stage(state_tiles[now ^ 1], state_pieces);
            __syncthreads();
            now ^= 1;
        }
    }

#pragma unroll
    for (uint32 i = 0; i < WARP_ROWS; i++) {
#pragma unroll
        for (uint32 j = 0; j < WARP_COLUMNS; j++) {
#pragma unroll
            for (uint32 cell = 0; cell < 4; cell++) {
                const size_t row = first_row + warp_row + i * 16 + group + cell / 2 * 8;
                const size_t column = first_column + warp_column + j * 8 + quad * 2 + cell % 2;
                put(next, product, want_product, row * n + column, sums[i][j][cell], key);
            }
        }
    }
}

#endif

// ---- BLAKE3: github.com/BLAKE3-team/BLAKE3-specs, section 2

#define CHUNK_START 1u
#define CHUNK_END 2u
#define PARENT 4u
#define ROOT 8u

__constant__ uint32 IV[8] = {
    0x6A09E667u, 0xBB67AE85u, 0x3C6EF372u, 0xA54FF53Au, 0x510E527Fu, 0x9B05688Cu, 0x1F83D9ABu, 0x5BE0CD19u
};

__device__ __forceinline__ uint32 rotate(uint32 value, int by) {
    return value >> by | value << (32 - by);
}

__device__ __forceinline__ void quarter(uint32* v, int a, int b, int c, int d, uint32 x, uint32 y) {
    v[a] += v[b] + x;
    v[d] = rotate(v[d] ^ v[a], 16);
    v[c] += v[d];
    v[b] = rotate(v[b] ^ v[c], 12);
    v[a] += v[b] + y;
    v[d] = rotate(v[d] ^ v[a], 8);
    v[c] += v[d];
    v[b] = rotate(v[b] ^ v[c], 7);
}

// Replaces the chaining value by the compression of one block of 64 bytes. `message` is used up.
__device__ __forceinline__ void compress(uint32* value, uint32* message, uint32 counter, uint32 flags) {
    uint32 v[16];
#pragma unroll
    for (int i = 0; i < 8; i++) {
        v[i] = value[i];
    }
#pragma unroll
    for (int i = 0; i < 4; i++) {
        v[8 + i] = IV[i];
    }
    v[12] = counter;
    v[13] = 0;
    v[14] = 64;
    v[15] = flags;
    const int order[16] = {2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8};
#pragma unroll
    for (int round = 0; round < 7; round++) {
        quarter(v, 0, 4, 8, 12, message[0], message[1]);
        quarter(v, 1, 5, 9, 13, message[2], message[3]);
        quarter(v, 2, 6, 10, 14, message[4], message[5]);
        quarter(v, 3, 7, 11, 15, message[6], message[7]);
        quarter(v, 0, 5, 10, 15, message[8], message[9]);
        quarter(v, 1, 6, 11, 12, message[10], message[11]);
        quarter(v, 2, 7, 8, 13, message[12], message[13]);
        quarter(v, 3, 4, 9, 14, message[14], message[15]);
        uint32 permuted[16];
#pragma unroll
        for (int i = 0; i < 16; i++) {
            permuted[i] = message[order[i]];
        }
#pragma unroll
        for (int i = 0; i < 16; i++) {
            message[i] = permuted[i];
        }
    }
#pragma unroll
    for (int i = 0; i < 8; i++) {
        value[i] = v[i] ^ v[8 + i];
    }
}

// The chaining value of each chunk of 1,024 bytes, one per thread.
extern "C" __global__ void hash_chunks(const int8* state, uint32* values, uint32 chunks) {
    const uint32 chunk = blockIdx.x * blockDim.x + threadIdx.x;
    if (chunk >= chunks) {
        return;
    }
    const uint4* words = (const uint4*)(state + (size_t)chunk * 1024);
    uint32 value[8];
#pragma unroll
    for (int i = 0; i < 8; i++) {
        value[i] = IV[i];
    }
    for (int block = 0; block < 16; block++) {
        uint32 message[16];
#pragma unroll
        for (int i = 0; i < 4; i++) {
            const uint4 part = words[block * 4 + i];
            message[4 * i] = part.x;
            message[4 * i + 1] = part.y;
            message[4 * i + 2] = part.z;
            message[4 * i + 3] = part.w;
        }
        compress(value, message, chunk, (block == 0 ? CHUNK_START : 0) | (block == 15 ? CHUNK_END : 0));
    }
    for (int i = 0; i < 8; i++) {
        values[(size_t)chunk * 8 + i] = value[i];
    }
}

// The root of a power of two of chaining values, at least two. One block; `values` and `spare` are overwritten.
extern "C" __global__ void __launch_bounds__(1024) hash_parents(
    uint32* values, uint32* spare, uint32 chunks, uint32* digests, uint32 slot
) {
    uint32* below = values;
    uint32* above = spare;
    for (uint32 parents = chunks / 2; parents > 0; parents /= 2) {
        uint32* out = parents == 1 ? digests + (size_t)slot * 8 : above;
        for (uint32 parent = threadIdx.x; parent < parents; parent += blockDim.x) {
            uint32 value[8], message[16];
#pragma unroll
            for (int i = 0; i < 8; i++) {
                value[i] = IV[i];
            }
#pragma unroll
            for (int i = 0; i < 16; i++) {
                message[i] = below[(size_t)parent * 16 + i];
            }
            compress(value, message, 0, PARENT | (parents == 1 ? ROOT : 0));
#pragma unroll
            for (int i = 0; i < 8; i++) {
                out[(size_t)parent * 8 + i] = value[i];
            }
        }
        __syncthreads();
        above = below;
        below = out;
    }
}
