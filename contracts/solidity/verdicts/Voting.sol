// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {Epochs} from "../epochs/Epochs.sol";
import {INodeRegistry, Role} from "../registry/INodeRegistry.sol";
import {Case, CaseKind, CaseStatus, IVerdicts, VerdictParameters, Vote} from "./IVerdicts.sol";

/// @title How a drawn committee decides a case: commit, reveal, count, and once more on appeal
/// @notice Whoever opens or votes must be a checker that may work at that moment, so a stake that has left decides nothing.
abstract contract Voting is IVerdicts, Ownable2Step {
    using SafeERC20 for IERC20;

    struct Ballot {
        bytes32 commitment;
        bool revealed;
    }

    uint8 public constant MAX_COMMITTEE = 15;

    Epochs public immutable epochs;
    INodeRegistry public immutable registry;
    IERC20 public immutable token;
    /// @notice Takes the bonds of appeals that failed.
    address public immutable treasury;

    VerdictParameters internal _parameters;
    mapping(bytes32 caseId => Case) internal _cases;
    /// By case and round; the round is 1 after an appeal.
    mapping(bytes32 caseAndRound => address[]) private _committees;
    mapping(bytes32 caseAndRound => mapping(address member => Ballot)) private _ballots;
    mapping(bytes32 caseAndRound => uint32[]) private _values;
    mapping(bytes32 caseAndRound => mapping(bytes32 statement => uint256)) private _votesOn;
    mapping(bytes32 caseId => uint96) private _bonds;

    constructor(
        address owner_,
        Epochs epochs_,
        INodeRegistry registry_,
        IERC20 token_,
        address treasury_,
        VerdictParameters memory parameters_
    ) Ownable(owner_) {
        (epochs, registry, token, treasury) = (epochs_, registry_, token_, treasury_);
        _setParameters(parameters_);
    }

    // ── votes ─────────────────────────────────────────────────────────────────────────────────────────────────

    /// @notice What a member commits to. Its address is in it, so a copied commitment cannot be revealed by the copier.
    function voteCommitment(bytes32 caseId, address member, Vote calldata vote)
        public
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(caseId, member, vote));
    }

    function commitVote(bytes32 caseId, bytes32 commitment) external {
        Case storage c = _cases[caseId];
        _requireVoting(caseId, c);
        if (block.timestamp >= c.commitUntil) revert CommitClosed(caseId);
        bytes32 round = _roundOf(caseId, c);
        _requireMember(caseId, round);
        Ballot storage ballot = _ballots[round][msg.sender];
        if (ballot.commitment != 0) revert AlreadyVoted(caseId, msg.sender);
        ballot.commitment = commitment;
        emit VoteCommitted(caseId, msg.sender);
    }

    function revealVote(bytes32 caseId, Vote calldata vote) external {
        Case storage c = _cases[caseId];
        _requireVoting(caseId, c);
        if (block.timestamp < c.commitUntil || block.timestamp >= c.revealUntil) revert RevealClosed(caseId);
        _requireActive(msg.sender);
        bytes32 round = _roundOf(caseId, c);
        Ballot storage ballot = _ballots[round][msg.sender];
        if (ballot.revealed) revert AlreadyVoted(caseId, msg.sender);
        if (ballot.commitment == 0 || ballot.commitment != voteCommitment(caseId, msg.sender, vote)) {
            revert VoteMismatch(caseId, msg.sender);
        }
        ballot.revealed = true;
        if (vote.against) {
            ++c.votesAgainst;
            _values[round].push(vote.value);
            if (vote.statement != 0) {
                uint256 alike = ++_votesOn[round][vote.statement];
                if (_isQuorum(alike, c)) c.statement = vote.statement;
            }
        }
        emit VoteRevealed(caseId, msg.sender, vote.against, vote.value, vote.evidence, vote.statement);
    }

    /// @notice Counts the votes once the time to reveal is over. Anyone may call it.
    function decide(bytes32 caseId) external {
        Case storage c = _cases[caseId];
        _requireVoting(caseId, c);
        if (block.timestamp < c.revealUntil) revert VotingNotOver(caseId);
        bool upheld = _isQuorum(c.votesAgainst, c);
        bool wasAppealed = c.status == CaseStatus.Appealed;
        if (upheld) c.value = _median(_values[_roundOf(caseId, c)]);
        c.status = upheld ? CaseStatus.Upheld : CaseStatus.Dismissed;
        c.appealUntil = wasAppealed ? 0 : uint40(block.timestamp) + _parameters.appealSeconds;
        emit CaseDecided(caseId, c.status, c.votesAgainst, c.value, c.statement);
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
        (c.votesAgainst, c.value, c.statement) = (0, 0, 0);
        uint256 size = uint256(_parameters.committeeSize) * 2 + 1;
        address[] memory committee = _drawInto(caseId, c, size, checkers, stakes);
        emit CaseAppealed(caseId, msg.sender, committee);
        uint96 bond = _parameters.appealBond;
        _bonds[caseId] = bond;
        if (bond != 0) token.safeTransferFrom(msg.sender, address(this), bond);
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

    function parameters() external view returns (VerdictParameters memory) {
        return _parameters;
    }

    function setParameters(VerdictParameters calldata parameters_) external onlyOwner {
        _setParameters(parameters_);
    }

    // ── inside ────────────────────────────────────────────────────────────────────────────────────────────────

    /// Opens a case and draws its committee, of which the caller must be.
    function _openCase(
        uint64 epoch,
        CaseKind kind,
        bytes32 target,
        address accused,
        address[] calldata checkers,
        uint96[] calldata stakes
    ) internal returns (bytes32 caseId) {
        caseId = caseIdOf(epoch, kind, target);
        Case storage c = _cases[caseId];
        if (c.status != CaseStatus.None) revert CaseExists(caseId);
        uint64 current = epochs.currentEpoch();
        uint32 most = _parameters.maxCaseAgeEpochs;
        if (current > epoch && current - epoch > most) revert CaseTooOld(epoch, current, most);
        c.status = CaseStatus.Voting;
        c.kind = kind;
        c.epoch = epoch;
        c.accused = accused;
        c.target = target;
        address[] memory committee = _drawInto(caseId, c, _parameters.committeeSize, checkers, stakes);
        _requireMember(caseId, _roundOf(caseId, c));
        emit CaseOpened(caseId, epoch, accused, kind, target, committee);
    }

    function _requireFinal(bytes32 caseId) internal view returns (Case storage c) {
        c = _cases[caseId];
        if (c.status != CaseStatus.Upheld) revert CaseInWrongState(caseId, c.status);
        if (block.timestamp < c.appealUntil) revert AppealStillOpen(caseId, c.appealUntil);
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

    /// More than two thirds of the committee, whoever of it did not vote counted in.
    function _isQuorum(uint256 votes, Case storage c) private view returns (bool) {
        return votes * 3 > uint256(c.committeeSize) * 2;
    }

    function _requireMember(bytes32 caseId, bytes32 round) private view {
        if (!_isMember(round, msg.sender)) revert NotOnCommittee(caseId, msg.sender);
        _requireActive(msg.sender);
    }

    function _isMember(bytes32 round, address account) private view returns (bool) {
        address[] storage committee = _committees[round];
        for (uint256 i; i < committee.length; ++i) {
            if (committee[i] == account) return true;
        }
        return false;
    }

    function _requireActive(address account) private view {
        if (!registry.isActive(account, Role.Checker)) revert NotActiveChecker(account);
    }

    function _requireVoting(bytes32 caseId, Case storage c) private view {
        if (c.status != CaseStatus.Voting && c.status != CaseStatus.Appealed) {
            revert CaseInWrongState(caseId, c.status);
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

    function _setParameters(VerdictParameters memory p) private {
        if (p.committeeSize == 0 || p.committeeSize > MAX_COMMITTEE) {
            revert ParameterInvalid("committeeSize");
        }
        if (p.commitSeconds == 0) revert ParameterInvalid("commitSeconds");
        if (p.revealSeconds == 0) revert ParameterInvalid("revealSeconds");
        // The last moment of the oldest case, appeal included: whoever asked for its stake back after the deed must still be liable.
        uint256 longest = (uint256(p.maxCaseAgeEpochs) + 1) * epochs.epochSeconds() + 2
            * (uint256(p.commitSeconds) + p.revealSeconds) + p.appealSeconds;
        if (longest > registry.unbondingPeriod()) revert ParameterInvalid("maxCaseAgeEpochs");
        _parameters = p;
        emit ParametersSet(
            p.committeeSize,
            p.commitSeconds,
            p.revealSeconds,
            p.appealSeconds,
            p.jailSeconds,
            p.slashAmount,
            p.appealBond,
            p.maxCaseAgeEpochs
        );
    }
}
