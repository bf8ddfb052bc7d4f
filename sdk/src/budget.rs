//! Compute units and rent of every instruction, as they were measured on the real program.
//!
//! The figures are those of `docs/cost.json`, which a command regenerates; they hold for canonical bumps. An address
//! with another bump costs its instruction about 330 units a try more, which only a simulation can tell.

use {
    crate::{Instruction, address, instructions},
    std::{collections::BTreeMap, sync::LazyLock},
};

const COST: &str = include_str!("../../docs/cost.json");

/// The most compute units that a transaction may ask for.
pub const MAX_COMPUTE_UNITS: u32 = 1_400_000;
/// The most bytes of accounts that a transaction may load, and what it may load if it does not say.
pub const MAX_LOADED_BYTES: u32 = 64 * 1024 * 1024;
/// Compute units of one instruction to the compute budget program.
pub const BUDGET_INSTRUCTION_UNITS: u32 = 150;
/// What is asked for beyond what is expected: ten per cent.
const MARGIN_DIVISOR: u32 = 10;
/// Lamports of an account without data where the rents were measured.
const MEASURED_EMPTY: u128 = 890_880;
/// Bytes that loaded accounts are charged by.
const PAGE: u32 = 32 * 1024;

/// What was measured, by case and, for the dearest case, by instruction.
struct Table {
    cases: BTreeMap<&'static str, u32>,
    instructions: BTreeMap<u8, u32>,
    /// Lamports of rent that an instruction pays, where it pays any.
    rents: BTreeMap<u8, u64>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table { cases: BTreeMap::new(), instructions: BTreeMap::new(), rents: BTreeMap::new() };
    for row in COST.lines().filter_map(row) {
        table.cases.insert(row.case, row.units);
        let most = table.instructions.entry(row.number).or_default();
        *most = row.units.max(*most);
        let most = table.rents.entry(row.number).or_default();
        *most = u64::try_from(row.rent).unwrap_or_default().max(*most);
    }
    table
});

/// A measured case.
struct Row {
    case: &'static str,
    number: u8,
    units: u32,
    /// Negative where rent comes back.
    rent: i64,
}

/// Reads a line of the form `"post_queued": {"number": 0, "cu": 4580, ..., "rent_lamports": 2839680},`.
fn row(line: &'static str) -> Option<Row> {
    let (case, fields) = line.trim().strip_prefix('"')?.split_once("\": {")?;
    let (number, units) = (field(fields, "number")?, field(fields, "cu")?);
    Some(Row { case, number, units, rent: field(fields, "rent_lamports")? })
}

/// The number behind a name.
fn field<T: std::str::FromStr>(fields: &str, name: &str) -> Option<T> {
    let (_, rest) = fields.split_once(&format!("\"{name}\": "))?;
    rest.split([',', '}']).next()?.trim().parse().ok()
}

/// Compute units of a measured case, for example `post_queued`, or the most of all cases of an instruction, for
/// example `post`. None for a name that was not measured.
pub fn compute_units(name: &str) -> Option<u32> {
    let number = || instructions::NAMES.iter().find(|(_, known)| *known == name).map(|(number, _)| number);
    TABLE.cases.get(name).or_else(|| TABLE.instructions.get(number()?)).copied()
}

/// The most compute units that an instruction of the program was measured to take; none for another program's.
pub fn of_instruction(instruction: &Instruction) -> Option<u32> {
    let number = instruction.data.first().filter(|_| instruction.program_id == address::PROGRAM)?;
    TABLE.instructions.get(number).copied()
}

/// Lamports of rent that an instruction of the program takes for the accounts that it creates, on a cluster where an
/// account without data takes `empty` lamports; zero for another program's. Rent is proportional to that.
pub fn rent(instruction: &Instruction, empty: u64) -> u64 {
    let number = instruction.data.first().filter(|_| instruction.program_id == address::PROGRAM);
    let measured = number.and_then(|number| TABLE.rents.get(number)).copied().unwrap_or_default();
    let scaled = u128::from(measured).saturating_mul(u128::from(empty)).div_ceil(MEASURED_EMPTY);
    u64::try_from(scaled).unwrap_or(u64::MAX)
}

/// The compute unit limit of a transaction: ten per cent above the larger of what its simulation took and what its
/// instructions were measured to take at most, since the chain may move between the two. `simulated` covers the
/// instructions to the compute budget program; the measured figures do not.
pub fn unit_limit(simulated: u32, measured: u32, budget_instructions: u32) -> u32 {
    let measured = measured.saturating_add(budget_instructions.saturating_mul(BUDGET_INSTRUCTION_UNITS));
    with_margin(simulated.max(measured)).min(MAX_COMPUTE_UNITS)
}

/// The limit of loaded bytes of a transaction that loaded `simulated` bytes: ten per cent more, in whole pages, which
/// is how they are charged.
pub fn loaded_bytes_limit(simulated: u32) -> u32 {
    with_margin(simulated).div_ceil(PAGE).saturating_mul(PAGE).clamp(PAGE, MAX_LOADED_BYTES)
}

fn with_margin(value: u32) -> u32 {
    value.saturating_add(value.div_ceil(MARGIN_DIVISOR))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_instruction_of_the_program_has_a_measured_figure() {
        for (number, name) in instructions::NAMES {
            assert!(compute_units(name).is_some_and(|units| units > 0), "{name}");
            let instruction =
                Instruction { program_id: address::PROGRAM, accounts: Vec::new(), data: vec![*number] };
            assert!(of_instruction(&instruction) >= compute_units(name), "{name}");
        }
    }

    #[test]
    fn every_line_of_the_measured_table_is_read() {
        assert_eq!(COST.matches("\"cu\": ").count(), TABLE.cases.len());
    }

    #[test]
    fn an_instruction_costs_what_its_dearest_case_costs() {
        let cases =
            ["post_queued", "post_matched", "post_past_four_lapsed"].map(|case| compute_units(case).unwrap());
        assert_eq!(compute_units("post"), cases.into_iter().max());
        assert_eq!(compute_units("mint"), None);
    }

    #[test]
    fn another_programs_instruction_is_not_in_the_table() {
        let other = Instruction { program_id: address::TOKEN_PROGRAM, accounts: Vec::new(), data: vec![0] };
        assert_eq!(of_instruction(&other), None);
    }

    #[test]
    fn rent_is_proportional_to_that_of_an_empty_account() {
        let instruction =
            |number| Instruction { program_id: address::PROGRAM, accounts: vec![], data: vec![number] };
        // announce_terms: (128 + 304) bytes of 6,960 lamports.
        assert_eq!(rent(&instruction(81), 890_880), 3_006_720);
        assert_eq!(rent(&instruction(81), 89_088), 300_672);
        // close_client gives rent back.
        assert_eq!(rent(&instruction(35), 890_880), 0);
        assert_eq!(rent(&Instruction { program_id: address::TOKEN_PROGRAM, ..instruction(81) }, 890_880), 0);
    }

    #[test]
    fn the_unit_limit_is_ten_per_cent_above_the_larger_figure() {
        assert_eq!(unit_limit(5_000, 4_000, 0), 5_500);
        assert_eq!(unit_limit(4_000, 5_000, 0), 5_500);
        assert_eq!(unit_limit(4_000, 4_700, 2), 5_500);
        assert_eq!(unit_limit(0, 1, 0), 2);
        assert_eq!(unit_limit(u32::MAX, 0, 0), MAX_COMPUTE_UNITS);
    }

    #[test]
    fn the_limit_of_loaded_bytes_is_whole_pages() {
        assert_eq!(loaded_bytes_limit(0), PAGE);
        assert_eq!(loaded_bytes_limit(PAGE), 2 * PAGE);
        assert_eq!(loaded_bytes_limit(300_000), 11 * PAGE);
        assert_eq!(loaded_bytes_limit(u32::MAX), MAX_LOADED_BYTES);
    }
}
