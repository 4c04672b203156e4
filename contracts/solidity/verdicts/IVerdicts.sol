// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

enum CaseKind {
    /// The target is a lease; the value is the lease's unpaid seconds in total.
    Outage,
    /// The target is a node whose device did not hold what it claims.
    FalseCapacity,
    /// The target is a node whose result for a deterministic job is wrong.
    WrongResult
}

enum CaseStatus {
    None,
    /// The committee commits, then reveals.
    Voting,
    /// Decided against the accused; an appeal is still possible.
    Upheld,
    /// Not enough votes against the accused.
    Dismissed,
    /// A larger committee commits, then reveals.
    Appealed,
    /// The effects have taken place.
    Executed
}

/// @notice What a node signed: one content for one subject in one epoch.
struct Statement {
    address node;
    uint64 epoch;
    bytes32 subject;
    bytes32 content;
}

struct Case {
    CaseStatus status;
    CaseKind kind;
    uint64 epoch;
    /// Whom a slash or a jail meets; for an outage the lease's provider.
    address accused;
    /// A lease's id, or the accused as 32 bytes.
    bytes32 target;
    /// Whether a signature of the accused over what is judged was shown; without it there is no slash.
    bool signed;
    bool appealed;
    address appellant;
    /// Unix seconds: until when votes are committed, until when revealed, until when appealed.
    uint40 commitUntil;
    uint40 revealUntil;
    uint40 appealUntil;
    uint8 committeeSize;
    uint8 votesAgainst;
    /// The median of the values that members who voted against the accused named.
    uint32 value;
}

/// @title What the checkers decided
interface IVerdicts {
    event CaseOpened(
        bytes32 indexed caseId,
        uint64 indexed epoch,
        address indexed accused,
        CaseKind kind,
        bytes32 target,
        address[] committee
    );
    event VoteCommitted(bytes32 indexed caseId, address indexed member);
    event VoteRevealed(
        bytes32 indexed caseId, address indexed member, bool against, uint32 value, bytes32 evidence
    );
    event CaseDecided(bytes32 indexed caseId, CaseStatus status, uint8 votesAgainst, uint32 value);
    event CaseAppealed(bytes32 indexed caseId, address indexed appellant, address[] committee);
    event CaseExecuted(bytes32 indexed caseId, address indexed accused, uint96 slashed);
    event EquivocationProved(address indexed node, uint64 indexed epoch, bytes32 subject, uint96 slashed);
    event ParametersSet(
        uint8 committeeSize,
        uint40 commitSeconds,
        uint40 revealSeconds,
        uint40 appealSeconds,
        uint40 jailSeconds,
        uint96 slashAmount,
        uint96 appealBond
    );

    error CaseExists(bytes32 caseId);
    error CaseInWrongState(bytes32 caseId, CaseStatus status);
    error NotOnCommittee(bytes32 caseId, address caller);
    error CommitClosed(bytes32 caseId);
    error RevealClosed(bytes32 caseId);
    error VotingNotOver(bytes32 caseId);
    error AlreadyVoted(bytes32 caseId, address member);
    error VoteMismatch(bytes32 caseId, address member);
    error AppealClosed(bytes32 caseId);
    error AppealStillOpen(bytes32 caseId, uint40 appealUntil);
    error StatementSignatureInvalid(address node);
    error NoEquivocation();
    error EquivocationKnown(address node, uint64 epoch, bytes32 subject);
    error AgreementNotTheTarget(bytes32 leaseId, bytes32 target);
    error TargetNotANode(bytes32 target);
    error ParameterInvalid(string name);
}
