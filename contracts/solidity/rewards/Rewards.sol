// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";

import {Epochs} from "../epochs/Epochs.sol";
import {INodeRegistry} from "../registry/INodeRegistry.sol";
import {NetworkToken} from "../token/NetworkToken.sol";
import {ClassUse, Emission} from "./Emission.sol";

/// @notice What an epoch earned everybody, signed by its committee.
struct EpochReport {
    uint64 epoch;
    /// Merkle root over (account, everything it ever earned), leaves hashed twice.
    bytes32 root;
    /// Made in this epoch by each stream, token base units.
    uint96 capacity;
    uint96 delivery;
}

/// @notice The frozen checkers of an epoch and the signatures of its committee, in the committee's order; an empty one for who did not sign.
struct Quorum {
    address[] checkers;
    uint96[] stakes;
    bytes[] signatures;
}

struct Claim {
    address account;
    uint256 cumulative;
    bytes32[] proof;
}

/// @title Rewards: what the network makes for those who serve it
/// @notice Claims never exceed what was emitted, and emission never exceeds `EMISSION_CAP`. A report needs more than two thirds of the epoch's
/// committee and stands a challenge window; a challenged one needs more than two thirds of a larger committee. Totals are cumulative, so an account
/// claims once for all epochs, and what it never claims locks nothing.
contract Rewards is Ownable2Step, EIP712 {
    using SafeERC20 for IERC20;

    enum ReportStatus {
        None,
        Pending,
        Challenged,
        Final
    }

    struct Account {
        uint96 claimed;
        /// The payout address as the registry had it at the first claim or the last `refreshPayout`.
        address payout;
    }

    struct Pending {
        ReportStatus status;
        uint64 epoch;
        uint40 challengeUntil;
        address challenger;
        uint96 amount;
        bytes32 root;
    }

    bytes32 private constant REPORT_TYPEHASH = keccak256(
        "EpochReport(uint64 epoch,bytes32 root,uint96 capacity,uint96 delivery,bytes32 classesHash)"
    );
    /// @notice Everything that may ever be made here: 400 million tokens.
    uint256 public constant EMISSION_CAP = 400_000_000e18;

    NetworkToken public immutable token;
    Epochs public immutable epochs;
    INodeRegistry public immutable registry;
    /// @notice Seconds in which a report can be challenged.
    uint40 public immutable challengeSeconds;
    uint8 public immutable committeeSize;
    /// @notice What a challenge costs if the larger committee upholds the report, token base units.
    uint96 public immutable challengeBond;

    Emission.Schedule private _schedule;
    Pending private _pending;
    /// @notice The last epoch whose rewards are final.
    uint64 public lastFinalEpoch;
    bytes32 public root;
    uint256 public totalEmitted;
    /// The bonds of challengers in this contract's balance; nobody's rewards.
    uint256 private _bondsHeld;
    mapping(address account => Account) private _accounts;

    event ReportProposed(
        uint64 indexed epoch, bytes32 root, uint96 capacity, uint96 delivery, uint40 challengeUntil
    );
    event ReportChallenged(uint64 indexed epoch, address indexed challenger);
    event ReportDropped(uint64 indexed epoch, bytes32 root);
    event ReportFinal(uint64 indexed epoch, bytes32 root, uint256 emitted);
    event Claimed(address indexed account, address indexed to, uint256 amount);
    event ScheduleSet(Emission.Schedule schedule);

    error EpochOutOfOrder(uint64 epoch, uint64 last);
    error ReportStands(uint64 epoch);
    error ReportNotPending();
    error ReportNotChallenged();
    error ChallengeOpen(uint40 until);
    error ChallengeOver(uint40 until);
    error QuorumMissing(uint256 signatures, uint256 committee);
    error SignatureCountWrong(uint256 signatures, uint256 committee);
    error EmissionTooHigh(uint256 asked, uint256 allowed);
    error EmissionCapReached(uint256 total, uint256 cap);
    error ProofInvalid(address account);
    error NothingToClaim(address account);
    error ClaimsExceedEmission(uint256 claim, uint256 left);
    error ScheduleInvalid();

    constructor(
        address owner_,
        NetworkToken token_,
        Epochs epochs_,
        INodeRegistry registry_,
        uint40 challengeSeconds_,
        uint8 committeeSize_,
        uint96 challengeBond_,
        Emission.Schedule memory schedule_
    ) Ownable(owner_) EIP712("Sublet Rewards", "1") {
        (token, epochs, registry) = (token_, epochs_, registry_);
        (challengeSeconds, committeeSize, challengeBond) = (challengeSeconds_, committeeSize_, challengeBond_);
        _setSchedule(schedule_);
    }

    // ── reports ───────────────────────────────────────────────────────────────────────────────────────────────

    /// @notice Brings an epoch's report with its committee's signatures. Anyone may. Epochs may be left out but not go back.
    function propose(EpochReport calldata report, ClassUse[] calldata classes, Quorum calldata quorum)
        external
    {
        if (_pending.status != ReportStatus.None) revert ReportStands(_pending.epoch);
        if (report.epoch <= lastFinalEpoch) revert EpochOutOfOrder(report.epoch, lastFinalEpoch);
        (uint256 capacity, uint256 delivery) = Emission.allowed(_schedule, report.epoch, classes);
        if (report.capacity > capacity) revert EmissionTooHigh(report.capacity, capacity);
        if (report.delivery > delivery) revert EmissionTooHigh(report.delivery, delivery);
        uint256 total = totalEmitted + report.capacity + report.delivery;
        if (total > EMISSION_CAP) revert EmissionCapReached(total, EMISSION_CAP);
        _requireQuorum(report.epoch, "rewards", committeeSize, hashReport(report, classes), quorum);
        _pending = Pending({
            status: ReportStatus.Pending,
            epoch: report.epoch,
            challengeUntil: uint40(block.timestamp) + challengeSeconds,
            challenger: address(0),
            amount: report.capacity + report.delivery,
            root: report.root
        });
        emit ReportProposed(
            report.epoch, report.root, report.capacity, report.delivery, _pending.challengeUntil
        );
    }

    /// @notice Holds a report back until a larger committee has looked at it.
    function challenge() external {
        Pending storage p = _pending;
        if (p.status != ReportStatus.Pending) revert ReportNotPending();
        if (block.timestamp >= p.challengeUntil) revert ChallengeOver(p.challengeUntil);
        (p.status, p.challenger) = (ReportStatus.Challenged, msg.sender);
        // As long again for the larger committee to sign.
        p.challengeUntil = uint40(block.timestamp) + challengeSeconds;
        emit ReportChallenged(p.epoch, msg.sender);
        _bondsHeld += challengeBond;
        if (challengeBond != 0) IERC20(token).safeTransferFrom(msg.sender, address(this), challengeBond);
    }

    /// @notice Makes a challenged report final by the signatures of a larger committee; the challenger's bond goes to the owner's treasury.
    function uphold(EpochReport calldata report, ClassUse[] calldata classes, Quorum calldata quorum)
        external
    {
        Pending memory p = _pending;
        if (p.status != ReportStatus.Challenged) revert ReportNotChallenged();
        if (report.epoch != p.epoch || report.root != p.root) revert ReportNotPending();
        if (uint256(report.capacity) + report.delivery != p.amount) revert ReportNotPending();
        _requireQuorum(
            report.epoch,
            "rewards-challenge",
            uint256(committeeSize) * 2 + 1,
            hashReport(report, classes),
            quorum
        );
        _bondsHeld -= challengeBond;
        _finish(p);
        if (challengeBond != 0) IERC20(token).safeTransfer(owner(), challengeBond);
    }

    /// @notice Drops a challenged report that no larger committee upheld in time, so that another may be brought. The owner may drop any report
    /// that is not final. A challenger has its bond back.
    function drop() external {
        Pending memory p = _pending;
        if (p.status == ReportStatus.None) revert ReportNotPending();
        if (msg.sender != owner()) {
            if (p.status != ReportStatus.Challenged) revert ReportNotChallenged();
            if (block.timestamp < p.challengeUntil) revert ChallengeOpen(p.challengeUntil);
        }
        delete _pending;
        emit ReportDropped(p.epoch, p.root);
        if (p.challenger != address(0)) {
            _bondsHeld -= challengeBond;
            if (challengeBond != 0) IERC20(token).safeTransfer(p.challenger, challengeBond);
        }
    }

    /// @notice Makes a report final that nobody challenged in time, and makes its tokens.
    function finalize() external {
        Pending memory p = _pending;
        if (p.status != ReportStatus.Pending) revert ReportNotPending();
        if (block.timestamp < p.challengeUntil) revert ChallengeOpen(p.challengeUntil);
        _finish(p);
    }

    // ── claims ────────────────────────────────────────────────────────────────────────────────────────────────

    /// @notice Pays an account everything it earned and has not claimed, to its payout address where it had registered one at its first claim
    /// (`refreshPayout` takes over a change). Anyone may call it.
    /// @param cumulative everything the account ever earned, as the root says
    function claim(address account, uint256 cumulative, bytes32[] calldata proof) external {
        if (_take(account, cumulative, proof) == 0) revert NothingToClaim(account);
    }

    /// @notice Claims for several accounts; one with nothing new is passed over.
    function claimBatch(Claim[] calldata claims) external {
        for (uint256 i; i < claims.length; ++i) {
            _take(claims[i].account, claims[i].cumulative, claims[i].proof);
        }
    }

    /// @notice Takes over a payout address that changed in the registry since the account's first claim. Anyone may call it.
    function refreshPayout(address account) external {
        _accounts[account].payout = _registeredPayout(account);
    }

    // ── reading and parameters ────────────────────────────────────────────────────────────────────────────────

    /// @notice Everything an account has claimed so far.
    function claimed(address account) external view returns (uint256) {
        return _accounts[account].claimed;
    }

    function pending() external view returns (Pending memory) {
        return _pending;
    }

    function schedule() external view returns (Emission.Schedule memory) {
        return _schedule;
    }

    function allowedEmission(uint64 epoch, ClassUse[] calldata classes)
        external
        view
        returns (uint256 capacity, uint256 delivery)
    {
        return Emission.allowed(_schedule, epoch, classes);
    }

    function leafOf(address account, uint256 cumulative) public pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(account, cumulative))));
    }

    function hashReport(EpochReport calldata report, ClassUse[] calldata classes)
        public
        view
        returns (bytes32)
    {
        return _hashTypedDataV4(
            keccak256(
                abi.encode(
                    REPORT_TYPEHASH,
                    report.epoch,
                    report.root,
                    report.capacity,
                    report.delivery,
                    keccak256(abi.encode(classes))
                )
            )
        );
    }

    function setSchedule(Emission.Schedule calldata schedule_) external onlyOwner {
        _setSchedule(schedule_);
    }

    // ── inside ────────────────────────────────────────────────────────────────────────────────────────────────

    function _requireQuorum(
        uint64 epoch,
        bytes32 purpose,
        uint256 size,
        bytes32 digest,
        Quorum calldata quorum
    ) private view {
        address[] memory committee = epochs.committee(epoch, purpose, size, quorum.checkers, quorum.stakes);
        uint256 count = committee.length;
        if (quorum.signatures.length != count) revert SignatureCountWrong(quorum.signatures.length, count);
        uint256 valid;
        for (uint256 i; i < count; ++i) {
            (address signer,,) = ECDSA.tryRecoverCalldata(digest, quorum.signatures[i]);
            if (signer == committee[i]) ++valid;
        }
        if (valid * 3 <= count * 2) revert QuorumMissing(valid, count);
    }

    function _finish(Pending memory p) private {
        delete _pending;
        (lastFinalEpoch, root) = (p.epoch, p.root);
        totalEmitted += p.amount;
        emit ReportFinal(p.epoch, p.root, p.amount);
        if (p.amount != 0) token.mint(address(this), p.amount);
    }

    function _take(address account, uint256 cumulative, bytes32[] calldata proof)
        private
        returns (uint256 amount)
    {
        if (!MerkleProof.verifyCalldata(proof, root, leafOf(account, cumulative))) {
            revert ProofInvalid(account);
        }
        Account memory a = _accounts[account];
        if (cumulative <= a.claimed) return 0;
        amount = cumulative - a.claimed;
        // What was emitted and not claimed is this contract's balance without the bonds, so no total has to be kept.
        uint256 left = token.balanceOf(address(this)) - _bondsHeld;
        if (amount > left) revert ClaimsExceedEmission(amount, left);
        if (a.payout == address(0)) a.payout = _registeredPayout(account);
        // It fits: no more than the cap was ever made.
        _accounts[account] = Account(uint96(cumulative), a.payout);
        emit Claimed(account, a.payout, amount);
        IERC20(token).safeTransfer(a.payout, amount);
    }

    function _registeredPayout(address account) private view returns (address payout) {
        payout = registry.payoutOf(account);
        if (payout == address(0)) payout = account;
    }

    function _setSchedule(Emission.Schedule memory s) private {
        if (
            s.halving == 0 || s.floorHalving == 0 || s.capacityShareIdleBps > Emission.BPS
                || s.capacityShareFullBps > s.capacityShareIdleBps || s.floorBps > Emission.BPS
        ) revert ScheduleInvalid();
        _schedule = s;
        emit ScheduleSet(s);
    }
}
