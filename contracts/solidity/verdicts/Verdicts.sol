// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

import {Epochs} from "../epochs/Epochs.sol";
import {Agreement, LeaseStatus} from "../escrow/EscrowTypes.sol";
import {IEscrow} from "../escrow/IEscrow.sol";
import {INodeRegistry} from "../registry/INodeRegistry.sol";
import {Case, CaseKind, CaseStatus, IVerdicts, Statement} from "./IVerdicts.sol";

/// @title Verdicts of drawn committees, and what follows from them
/// @notice Only members of the committee that the epoch's seed drew vote; they commit before they reveal, so nobody copies. More than two
/// thirds of the committee must vote against the accused. There is one case for each (epoch, target, kind). After an appeal window,
/// in which a larger committee can be called once, the effects follow: an outage is credited, a node is jailed, and it is
/// slashed only if its own signature over what was judged was shown, or two contradicting ones.
contract Verdicts is IVerdicts, Ownable2Step, EIP712 {
    using SafeERC20 for IERC20;

    struct Parameters {
        uint8 committeeSize;
        uint40 commitSeconds;
        uint40 revealSeconds;
        uint40 appealSeconds;
        uint40 jailSeconds;
        uint96 slashAmount;
        uint96 appealBond;
    }

    struct Ballot {
        bytes32 commitment;
        bool revealed;
    }

    bytes32 private constant STATEMENT_TYPEHASH =
        keccak256("Statement(address node,uint64 epoch,bytes32 subject,bytes32 content)");
    uint8 public constant MAX_COMMITTEE = 15;

    Epochs public immutable epochs;
    INodeRegistry public immutable registry;
    IEscrow public immutable escrow;
    IERC20 public immutable token;
    /// @notice Takes the bonds of appeals that failed.
    address public immutable treasury;

    Parameters private _parameters;
    mapping(bytes32 caseId => Case) private _cases;
    /// By case and round; the round is 1 after an appeal.
    mapping(bytes32 caseAndRound => address[]) private _committees;
    mapping(bytes32 caseAndRound => mapping(address member => Ballot)) private _ballots;
    mapping(bytes32 caseAndRound => uint32[]) private _values;
    mapping(bytes32 caseId => uint96) private _bonds;
    mapping(bytes32 => bool) private _equivocations;

    constructor(
        address owner_,
        Epochs epochs_,
        INodeRegistry registry_,
        IEscrow escrow_,
        IERC20 token_,
        address treasury_,
        Parameters memory parameters_
    ) Ownable(owner_) EIP712("Sublet Verdicts", "1") {
        (epochs, registry, escrow, token, treasury) = (epochs_, registry_, escrow_, token_, treasury_);
        _setParameters(parameters_);
    }

    // ── a case ────────────────────────────────────────────────────────────────────────────────────────────────

    /// @notice Opens a case about a lease's outage. Any member of the committee that it would have may.
    /// @param checkers and `stakes`: the epoch's frozen set, as `CheckersFrozen` said
    function openOutage(
        uint64 epoch,
        Agreement calldata agreement,
        address[] calldata checkers,
        uint96[] calldata stakes
    ) external returns (bytes32 caseId) {
        bytes32 leaseId = escrow.leaseIdOf(agreement.tenant, agreement.salt);
        return _openCase(epoch, CaseKind.Outage, leaseId, agreement.provider, false, checkers, stakes);
    }

    /// @notice Opens a case about a node's capacity or result.
    /// @param statement what the node signed about it; with an empty signature there can be no slash
    function openAgainstNode(
        uint64 epoch,
        CaseKind kind,
        address accused,
        Statement calldata statement,
        bytes calldata signature,
        address[] calldata checkers,
        uint96[] calldata stakes
    ) external returns (bytes32 caseId) {
        if (kind == CaseKind.Outage || accused == address(0)) {
            revert TargetNotANode(bytes32(uint256(uint160(accused))));
        }
        bool signed = signature.length != 0;
        if (signed) {
            if (statement.node != accused || statement.epoch != epoch) {
                revert StatementSignatureInvalid(accused);
            }
            _requireStatement(statement, signature);
        }
        bytes32 target = bytes32(uint256(uint160(accused)));
        return _openCase(epoch, kind, target, accused, signed, checkers, stakes);
    }

    /// @notice What a member commits to. Its address is in it, so a copied commitment cannot be revealed by the copier.
    function voteCommitment(
        bytes32 caseId,
        address member,
        bool against,
        uint32 value,
        bytes32 evidence,
        bytes32 salt
    ) public pure returns (bytes32) {
        return keccak256(abi.encode(caseId, member, against, value, evidence, salt));
    }

    function commitVote(bytes32 caseId, bytes32 commitment) external {
        Case storage c = _cases[caseId];
        _requireVoting(caseId, c);
        if (block.timestamp >= c.commitUntil) revert CommitClosed(caseId);
        bytes32 round = _roundOf(caseId, c);
        if (!_isMember(round, msg.sender)) revert NotOnCommittee(caseId, msg.sender);
        Ballot storage ballot = _ballots[round][msg.sender];
        if (ballot.commitment != 0) revert AlreadyVoted(caseId, msg.sender);
        ballot.commitment = commitment;
        emit VoteCommitted(caseId, msg.sender);
    }

    /// @param value for an outage all unpaid seconds of the lease together; otherwise not used
    /// @param evidence hash of what the member measured
    function revealVote(bytes32 caseId, bool against, uint32 value, bytes32 evidence, bytes32 salt) external {
        Case storage c = _cases[caseId];
        _requireVoting(caseId, c);
        if (block.timestamp < c.commitUntil || block.timestamp >= c.revealUntil) revert RevealClosed(caseId);
        bytes32 round = _roundOf(caseId, c);
        Ballot storage ballot = _ballots[round][msg.sender];
        if (ballot.revealed) revert AlreadyVoted(caseId, msg.sender);
        if (
            ballot.commitment == 0
                || ballot.commitment != voteCommitment(caseId, msg.sender, against, value, evidence, salt)
        ) revert VoteMismatch(caseId, msg.sender);
        ballot.revealed = true;
        if (against) {
            ++c.votesAgainst;
            _values[round].push(value);
        }
        emit VoteRevealed(caseId, msg.sender, against, value, evidence);
    }

    /// @notice Counts the votes once the time to reveal is over. Anyone may call it.
    function decide(bytes32 caseId) external {
        Case storage c = _cases[caseId];
        _requireVoting(caseId, c);
        if (block.timestamp < c.revealUntil) revert VotingNotOver(caseId);
        bool upheld = uint256(c.votesAgainst) * 3 > uint256(c.committeeSize) * 2;
        bool wasAppealed = c.status == CaseStatus.Appealed;
        if (upheld) c.value = _median(_values[_roundOf(caseId, c)]);
        c.status = upheld ? CaseStatus.Upheld : CaseStatus.Dismissed;
        c.appealUntil = wasAppealed ? 0 : uint40(block.timestamp) + _parameters.appealSeconds;
        emit CaseDecided(caseId, c.status, c.votesAgainst, c.value);
        // An appeal that changed nothing pays for the trouble it made.
        uint96 bond = _bonds[caseId];
        if (bond != 0) {
            delete _bonds[caseId];
            token.safeTransfer(upheld ? treasury : c.appellant, bond);
        }
    }

    /// @notice Calls a committee about twice as large, once. The appellant's bond comes back if the larger committee dismisses the case.
    function appeal(bytes32 caseId, address[] calldata checkers, uint96[] calldata stakes) external {
        Case storage c = _cases[caseId];
        if (c.status != CaseStatus.Upheld) revert CaseInWrongState(caseId, c.status);
        if (c.appealed || block.timestamp >= c.appealUntil) revert AppealClosed(caseId);
        (c.appealed, c.appellant, c.status) = (true, msg.sender, CaseStatus.Appealed);
        (c.votesAgainst, c.value) = (0, 0);
        uint256 size = uint256(_parameters.committeeSize) * 2 + 1;
        address[] memory committee = _drawInto(caseId, c, size, checkers, stakes);
        emit CaseAppealed(caseId, msg.sender, committee);
        uint96 bond = _parameters.appealBond;
        _bonds[caseId] = bond;
        if (bond != 0) token.safeTransferFrom(msg.sender, address(this), bond);
    }

    /// @notice Credits an outage to the tenant. A lease that has ended meanwhile is left as it is.
    function executeOutage(bytes32 caseId, Agreement calldata agreement) external {
        Case storage c = _requireFinal(caseId);
        bytes32 leaseId = escrow.leaseIdOf(agreement.tenant, agreement.salt);
        if (c.kind != CaseKind.Outage || leaseId != c.target) {
            revert AgreementNotTheTarget(leaseId, c.target);
        }
        c.status = CaseStatus.Executed;
        emit CaseExecuted(caseId, c.accused, 0);
        if (escrow.lease(leaseId).status != LeaseStatus.Open) return;
        // The provider may have credited as much itself, or the lease's time is shorter than the checkers thought.
        try escrow.creditByVerdict(agreement, c.value) {} catch {}
    }

    /// @notice Jails the accused, and slashes it where its signature was shown.
    function executeAgainstNode(bytes32 caseId) external {
        Case storage c = _requireFinal(caseId);
        if (c.kind == CaseKind.Outage) revert TargetNotANode(c.target);
        c.status = CaseStatus.Executed;
        uint96 slashed;
        if (c.signed) slashed = registry.slash(c.accused, _parameters.slashAmount, caseId);
        registry.jail(c.accused, uint40(block.timestamp) + _parameters.jailSeconds, caseId);
        emit CaseExecuted(caseId, c.accused, slashed);
    }

    // ── equivocation needs no committee ───────────────────────────────────────────────────────────────────────

    /// @notice Slashes and jails a node that signed two contents for the same subject in the same epoch.
    function proveEquivocation(
        Statement calldata a,
        bytes calldata signatureA,
        Statement calldata b,
        bytes calldata signatureB
    ) external returns (uint96 slashed) {
        if (a.node != b.node || a.epoch != b.epoch || a.subject != b.subject || a.content == b.content) revert NoEquivocation();
        bytes32 key = keccak256(abi.encode(a.node, a.epoch, a.subject));
        if (_equivocations[key]) revert EquivocationKnown(a.node, a.epoch, a.subject);
        _requireStatement(a, signatureA);
        _requireStatement(b, signatureB);
        _equivocations[key] = true;
        slashed = registry.slash(a.node, _parameters.slashAmount, key);
        registry.jail(a.node, uint40(block.timestamp) + _parameters.jailSeconds, key);
        emit EquivocationProved(a.node, a.epoch, a.subject, slashed);
    }

    // ── reading and parameters ────────────────────────────────────────────────────────────────────────────────

    function caseIdOf(uint64 epoch, CaseKind kind, bytes32 target) public pure returns (bytes32) {
        return keccak256(abi.encode(epoch, kind, target));
    }

    function caseOf(bytes32 caseId) external view returns (Case memory) {
        return _cases[caseId];
    }

    /// @notice The committee that votes now, or voted last.
    function committeeOf(bytes32 caseId) external view returns (address[] memory) {
        return _committees[_roundOf(caseId, _cases[caseId])];
    }

    function hashStatement(Statement calldata statement) public view returns (bytes32) {
        return _hashTypedDataV4(
            keccak256(
                abi.encode(
                    STATEMENT_TYPEHASH, statement.node, statement.epoch, statement.subject, statement.content
                )
            )
        );
    }

    function parameters() external view returns (Parameters memory) {
        return _parameters;
    }

    function setParameters(Parameters calldata parameters_) external onlyOwner {
        _setParameters(parameters_);
    }

    // ── inside ────────────────────────────────────────────────────────────────────────────────────────────────

    function _openCase(
        uint64 epoch,
        CaseKind kind,
        bytes32 target,
        address accused,
        bool signed,
        address[] calldata checkers,
        uint96[] calldata stakes
    ) private returns (bytes32 caseId) {
        caseId = caseIdOf(epoch, kind, target);
        Case storage c = _cases[caseId];
        if (c.status != CaseStatus.None) revert CaseExists(caseId);
        c.status = CaseStatus.Voting;
        c.kind = kind;
        c.epoch = epoch;
        c.accused = accused;
        c.target = target;
        c.signed = signed;
        address[] memory committee = _drawInto(caseId, c, _parameters.committeeSize, checkers, stakes);
        if (!_isMember(_roundOf(caseId, c), msg.sender)) revert NotOnCommittee(caseId, msg.sender);
        emit CaseOpened(caseId, epoch, accused, kind, target, committee);
    }

    /// Draws the committee of a case's present round and starts its clock.
    function _drawInto(
        bytes32 caseId,
        Case storage c,
        uint256 size,
        address[] calldata checkers,
        uint96[] calldata stakes
    ) private returns (address[] memory committee) {
        bytes32 round = _roundOf(caseId, c);
        committee = epochs.committee(c.epoch, round, size, checkers, stakes);
        _committees[round] = committee;
        c.committeeSize = uint8(committee.length);
        c.commitUntil = uint40(block.timestamp) + _parameters.commitSeconds;
        c.revealUntil = c.commitUntil + _parameters.revealSeconds;
    }

    function _roundOf(bytes32 caseId, Case storage c) private view returns (bytes32) {
        return keccak256(abi.encode(caseId, c.appealed));
    }

    function _isMember(bytes32 round, address account) private view returns (bool) {
        address[] storage committee = _committees[round];
        for (uint256 i; i < committee.length; ++i) {
            if (committee[i] == account) return true;
        }
        return false;
    }

    function _requireVoting(bytes32 caseId, Case storage c) private view {
        if (c.status != CaseStatus.Voting && c.status != CaseStatus.Appealed) {
            revert CaseInWrongState(caseId, c.status);
        }
    }

    function _requireFinal(bytes32 caseId) private view returns (Case storage c) {
        c = _cases[caseId];
        if (c.status != CaseStatus.Upheld) revert CaseInWrongState(caseId, c.status);
        if (block.timestamp < c.appealUntil) revert AppealStillOpen(caseId, c.appealUntil);
    }

    function _requireStatement(Statement calldata statement, bytes calldata signature) private view {
        if (!SignatureChecker.isValidSignatureNow(statement.node, hashStatement(statement), signature)) {
            revert StatementSignatureInvalid(statement.node);
        }
    }

    /// The lower median, by insertion into a copy; there are at most 31 values.
    function _median(uint32[] memory values) private pure returns (uint32) {
        for (uint256 i = 1; i < values.length; ++i) {
            uint32 value = values[i];
            uint256 j = i;
            for (; j > 0 && values[j - 1] > value; --j) {
                values[j] = values[j - 1];
            }
            values[j] = value;
        }
        return values[(values.length - 1) / 2];
    }

    function _setParameters(Parameters memory p) private {
        if (p.committeeSize == 0 || p.committeeSize > MAX_COMMITTEE) {
            revert ParameterInvalid("committeeSize");
        }
        if (p.commitSeconds == 0) revert ParameterInvalid("commitSeconds");
        if (p.revealSeconds == 0) revert ParameterInvalid("revealSeconds");
        _parameters = p;
        emit ParametersSet(
            p.committeeSize,
            p.commitSeconds,
            p.revealSeconds,
            p.appealSeconds,
            p.jailSeconds,
            p.slashAmount,
            p.appealBond
        );
    }
}
