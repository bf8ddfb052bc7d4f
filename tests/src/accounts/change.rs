//! The ways in which one account of an instruction is changed, and the columns that they are shown in.

/// A column of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    Owner,
    Type,
    Sibling,
    Unsigned,
    ReadOnly,
    Twice,
    Closed,
}

impl Column {
    pub const ALL: [Self; 7] =
        [Self::Owner, Self::Type, Self::Sibling, Self::Unsigned, Self::ReadOnly, Self::Twice, Self::Closed];

    pub const fn title(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Type => "type",
            Self::Sibling => "sibling",
            Self::Unsigned => "unsigned",
            Self::ReadOnly => "read-only",
            Self::Twice => "twice",
            Self::Closed => "closed",
        }
    }
}

/// One way to change an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// The same data at the same address, owned by a program that nobody knows.
    ForeignOwner,
    /// The same data at the same address, owned by the other token program.
    OtherTokenProgram,
    /// The contents of an account of the program of another type, at the same address.
    OtherTypeInPlace,
    /// An account of the program of another type, at its own address.
    OtherTypeInstead,
    /// A genuine account of the same type that is much like it, often of the same parties.
    Genuine,
    /// A genuine account of the same type that has as little to do with it as there is.
    Stranger,
    /// The same contents at another address.
    Copy,
    /// An address that is free, in place of the one that is to be created.
    Vacant,
    /// The attacker's: a wallet, which signs where it has to, or a token account of the same mint.
    Attackers,
    /// The key does not sign.
    Unsigned,
    /// The account is passed as read-only.
    ReadOnly,
    /// Another writable account of the same type that the instruction names already.
    Twice,
    /// No lamports, no data, owned by the system.
    Closed,
}

impl Change {
    pub const fn column(self) -> Column {
        match self {
            Self::ForeignOwner | Self::OtherTokenProgram => Column::Owner,
            Self::OtherTypeInPlace | Self::OtherTypeInstead => Column::Type,
            Self::Genuine | Self::Stranger | Self::Copy | Self::Vacant | Self::Attackers => Column::Sibling,
            Self::Unsigned => Column::Unsigned,
            Self::ReadOnly => Column::ReadOnly,
            Self::Twice => Column::Twice,
            Self::Closed => Column::Closed,
        }
    }

    /// Whether it changes what lies at the address and leaves the address as it is.
    pub const fn is_in_place(self) -> bool {
        matches!(self, Self::ForeignOwner | Self::OtherTokenProgram | Self::OtherTypeInPlace | Self::Closed)
    }
}
