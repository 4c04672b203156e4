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

/// @notice What a node signed: one content for one subject of one kind in one epoch.
struct Statement {
    address node;
    /// What the node can be judged for by it.
    CaseKind kind;
    uint64 epoch;
    bytes32 subject;
    bytes32 content;
}

/// @notice What a member says of a case, hidden until it is revealed.
struct Vote {
    bool against;
    /// For an outage all unpaid seconds of the lease together; otherwise not used.
    uint32 value;
    /// Hash of what the member measured.
    bytes32 evidence;
    /// `hashStatement` of the accused's own statement that the member found false; zero where it judged none.
    bytes32 statement;
    bytes32 salt;
}

struct Case {
    CaseStatus status;
    CaseKind kind;
    uint64 epoch;
    /// Whom a slash or a jail meets; for an outage the lease's provider.
    address accused;
    /// A lease's id, or the accused as 32 bytes.
    bytes32 target;
    /// The statement of the accused that more than two thirds found false; zero where they agreed on none. Shown, it is slashed for.
    bytes32 statement;
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

/// @notice How cases are voted on, and what a fault costs.
struct VerdictParameters {
    uint8 committeeSize;
    uint40 commitSeconds;
    uint40 revealSeconds;
    uint40 appealSeconds;
    uint40 jailSeconds;
    uint96 slashAmount;
    uint96 appealBond;
    /// How many epochs ago a case may be about, beside the present one.
    uint32 maxCaseAgeEpochs;
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
    /// @notice Somebody brought the accused's signature over a statement.
    event StatementShown(
        bytes32 indexed caseId,
        bytes32 indexed statement,
        address indexed node,
        bytes32 subject,
        bytes32 content
    );
    event VoteCommitted(bytes32 indexed caseId, address indexed member);
    event VoteRevealed(
        bytes32 indexed caseId,
        address indexed member,
        bool against,
        uint32 value,
        bytes32 evidence,
        bytes32 statement
    );
    event CaseDecided(
        bytes32 indexed caseId, CaseStatus status, uint8 votesAgainst, uint32 value, bytes32 statement
    );
    event CaseAppealed(bytes32 indexed caseId, address indexed appellant, address[] committee);
    event CaseExecuted(bytes32 indexed caseId, address indexed accused, uint96 slashed);
    event EquivocationProved(
        address indexed node, uint64 indexed epoch, CaseKind kind, bytes32 subject, uint96 slashed
    );
    event ParametersSet(
        uint8 committeeSize,
        uint40 commitSeconds,
        uint40 revealSeconds,
        uint40 appealSeconds,
        uint40 jailSeconds,
        uint96 slashAmount,
        uint96 appealBond,
        uint32 maxCaseAgeEpochs
    );

    error CaseExists(bytes32 caseId);
    error CaseInWrongState(bytes32 caseId, CaseStatus status);
    /// @notice Thrown when a case is opened about an epoch whose stake may be gone before it ends.
    error CaseTooOld(uint64 epoch, uint64 currentEpoch, uint32 maxCaseAgeEpochs);
    /// @notice Thrown when a lease was opened when the epoch's seed could be known, so that its salt could choose the committee.
    error LeaseTooYoung(bytes32 leaseId, uint40 openedAt, uint256 epochStart);
    error NotActiveChecker(address caller);
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
