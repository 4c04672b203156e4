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
import {INodeRegistry, IPayoutKeeper} from "../registry/INodeRegistry.sol";
import {NetworkToken} from "../token/NetworkToken.sol";
import {ChallengeBonds} from "./ChallengeBonds.sol";
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
contract Rewards is IPayoutKeeper, Ownable2Step, EIP712 {
    using SafeERC20 for IERC20;

    enum ReportStatus {
        None,
        Pending,
        Challenged,
        Final
    }

    struct Account {
        uint96 claimed;
        /// The payout address as the registry had it at the last `refreshPayout`, else at the first claim.
        address payout;
    }

    struct Pending {
        ReportStatus status;
        uint64 epoch;
        uint40 challengeUntil;
        address challenger;
        uint96 amount;
        /// What the challenger put up.
        uint96 bond;
        bytes32 root;
    }

    struct Parameters {
        /// In which a report can be challenged, and in which a larger committee can uphold a challenged one.
        uint40 challengeSeconds;
        uint8 committeeSize;
        /// How many epochs ago a report may be about, beside the present one: its committee's stake must still be there.
        uint32 maxReportAgeEpochs;
        /// What a challenge costs if the larger committee upholds the report, token base units.
        uint96 challengeBond;
    }

    bytes32 private constant REPORT_TYPEHASH = keccak256(
        "EpochReport(uint64 epoch,bytes32 root,uint96 capacity,uint96 delivery,bytes32 classesHash,address challenger)"
    );
    uint8 public constant MAX_COMMITTEE = 15;
    /// @notice Everything that may ever be made here: 400 million tokens.
    uint256 public constant EMISSION_CAP = 400_000_000e18;

    NetworkToken public immutable token;
    /// @notice Holds the challengers' bonds, so that this contract's balance is what was emitted and not claimed, and nothing else.
    ChallengeBonds public immutable bonds;
    Epochs public immutable epochs;
    INodeRegistry public immutable registry;

    Parameters private _parameters;
    Emission.Schedule private _schedule;
    Pending private _pending;
    /// @notice The last epoch whose rewards are final.
    uint64 public lastFinalEpoch;
    bytes32 public root;
    uint256 public totalEmitted;
    mapping(address account => Account) private _accounts;

    event ReportProposed(
        uint64 indexed epoch, bytes32 root, uint96 capacity, uint96 delivery, uint40 challengeUntil
    );
    event ReportChallenged(uint64 indexed epoch, address indexed challenger);
    event ReportDropped(uint64 indexed epoch, bytes32 root);
    event ReportFinal(uint64 indexed epoch, bytes32 root, uint256 emitted);
    event Claimed(address indexed account, address indexed to, uint256 amount);
    event ScheduleSet(Emission.Schedule schedule);
    event ParametersSet(Parameters parameters);

    error EpochOutOfOrder(uint64 epoch, uint64 last);
    /// @notice Thrown when a report is about an epoch whose committee's stake may be gone.
    error ReportTooOld(uint64 epoch, uint64 currentEpoch, uint32 maxReportAgeEpochs);
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
    error ScheduleInvalid();
    error ParameterInvalid(string name);

    constructor(
        address owner_,
        NetworkToken token_,
        Epochs epochs_,
        INodeRegistry registry_,
        Parameters memory parameters_,
        Emission.Schedule memory schedule_
    ) Ownable(owner_) EIP712("Sublet Rewards", "1") {
        (token, epochs, registry) = (token_, epochs_, registry_);
        bonds = new ChallengeBonds(token_);
        _setParameters(parameters_);
        _setSchedule(schedule_);
    }

    // ── reports ───────────────────────────────────────────────────────────────────────────────────────────────

    /// @notice Brings an epoch's report with its committee's signatures. Anyone may. Epochs may be left out but not go back.
    function propose(EpochReport calldata report, ClassUse[] calldata classes, Quorum calldata quorum)
        external
    {
        if (_pending.status != ReportStatus.None) revert ReportStands(_pending.epoch);
        if (report.epoch <= lastFinalEpoch) revert EpochOutOfOrder(report.epoch, lastFinalEpoch);
        Parameters memory s = _parameters;
        _requireRecent(report.epoch, s.maxReportAgeEpochs);
        (uint256 capacity, uint256 delivery) = Emission.allowed(_schedule, report.epoch, classes);
        if (report.capacity > capacity) revert EmissionTooHigh(report.capacity, capacity);
        if (report.delivery > delivery) revert EmissionTooHigh(report.delivery, delivery);
        uint256 total = totalEmitted + report.capacity + report.delivery;
        if (total > EMISSION_CAP) revert EmissionCapReached(total, EMISSION_CAP);
        bytes32 digest = hashReport(report, classes, address(0));
        _requireQuorum(report.epoch, "rewards", s.committeeSize, digest, quorum);
        _pending = Pending({
            status: ReportStatus.Pending,
            epoch: report.epoch,
            challengeUntil: uint40(block.timestamp) + s.challengeSeconds,
            challenger: address(0),
            amount: report.capacity + report.delivery,
            bond: 0,
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
        uint96 bond = _parameters.challengeBond;
        (p.status, p.challenger, p.bond) = (ReportStatus.Challenged, msg.sender, bond);
        // As long again for the larger committee to sign.
        p.challengeUntil = uint40(block.timestamp) + _parameters.challengeSeconds;
        emit ReportChallenged(p.epoch, msg.sender);
        if (bond != 0) IERC20(token).safeTransferFrom(msg.sender, address(bonds), bond);
    }

    /// @notice Makes a challenged report final by the signatures of a larger committee; the challenger's bond goes to the owner's treasury. The
    /// signatures name the challenger: those that proposed the report say nothing about it.
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
            uint256(_parameters.committeeSize) * 2 + 1,
            hashReport(report, classes, p.challenger),
            quorum
        );
        _finish(p);
        if (p.bond != 0) bonds.pay(owner(), p.bond);
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
        if (p.bond != 0) bonds.pay(p.challenger, p.bond);
    }

    /// @notice Makes a report final that nobody challenged in time, and makes its tokens.
    function finalize() external {
        Pending memory p = _pending;
        if (p.status != ReportStatus.Pending) revert ReportNotPending();
        if (block.timestamp < p.challengeUntil) revert ChallengeOpen(p.challengeUntil);
        _finish(p);
    }

    // ── claims ────────────────────────────────────────────────────────────────────────────────────────────────

    /// @notice Pays an account everything it earned and has not claimed, to its payout address where it has registered one. Anyone may call it.
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

    /// @inheritdoc IPayoutKeeper
    /// @notice The registry calls it when a node registers or changes its payout address, and so the node's record is there before its first
    /// claim; anyone may for a node that the registry knew before it knew this contract.
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

    /// @notice What a committee signs.
    /// @param challenger zero when the report is proposed; whom the larger committee answers when it upholds it
    function hashReport(EpochReport calldata report, ClassUse[] calldata classes, address challenger)
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
                    keccak256(abi.encode(classes)),
                    challenger
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

    function setSchedule(Emission.Schedule calldata schedule_) external onlyOwner {
        _setSchedule(schedule_);
    }

    // ── inside ────────────────────────────────────────────────────────────────────────────────────────────────

    function _requireRecent(uint64 epoch, uint32 most) private view {
        uint64 current = epochs.currentEpoch();
        if (current > epoch && current - epoch > most) revert ReportTooOld(epoch, current, most);
    }

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
        if (a.payout == address(0)) a.payout = _registeredPayout(account);
        _accounts[account] = Account(uint96(cumulative), a.payout);
        emit Claimed(account, a.payout, amount);
        // What was emitted and not claimed is this contract's balance, so no total has to be kept: a root that promises more finds the
        // token's own refusal, and so does a claim that would not fit its 96 bits.
        IERC20(token).safeTransfer(a.payout, amount);
    }

    function _registeredPayout(address account) private view returns (address payout) {
        payout = registry.payoutOf(account);
        if (payout == address(0)) payout = account;
    }

    function _setParameters(Parameters memory p) private {
        if (p.committeeSize == 0 || p.committeeSize > MAX_COMMITTEE) {
            revert ParameterInvalid("committeeSize");
        }
        if (p.challengeSeconds == 0) revert ParameterInvalid("challengeSeconds");
        // Whoever signed must still have stake when a challenge of the oldest report ends.
        uint256 longest =
            (uint256(p.maxReportAgeEpochs) + 1) * epochs.epochSeconds() + 2 * uint256(p.challengeSeconds);
        if (longest > registry.unbondingPeriod()) revert ParameterInvalid("maxReportAgeEpochs");
        _parameters = p;
        emit ParametersSet(p);
    }

    function _setSchedule(Emission.Schedule memory s) private {
        if (
            s.halving == 0 || s.floorHalving == 0 || s.capacityShareIdleBps > Emission.BPS
                || s.capacityShareFullBps > s.capacityShareIdleBps || s.floorBps > Emission.BPS
                || s.scarcityCapBps < Emission.BPS
        ) revert ScheduleInvalid();
        _schedule = s;
        emit ScheduleSet(s);
    }
}
