// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {IERC3009} from "@openzeppelin/contracts/interfaces/draft-IERC3009.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IEscrow} from "./IEscrow.sol";

/// @notice Where a node's earnings go; zero means to the node itself.
interface IPayouts {
    function payoutOf(address node) external view returns (address);
}

/// @title Balances by (account, token), and the parameters that governance holds
/// @notice Money moves inside the ledger only; tokens move only in `deposit…`, `withdraw` and `collectFees`, so a token that
/// misbehaves can hurt nobody but its own holders.
abstract contract EscrowLedger is IEscrow, Ownable2Step, EIP712, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    uint16 public constant MAX_TREASURY_FEE_BPS = 1_000;
    uint32 public constant MAX_NOTICE_PERIOD = 7 days;

    struct Config {
        address treasury;
        uint16 treasuryFeeBps;
        uint32 noticePeriod;
        bool newLeasesPaused;
    }

    /// Credits to one account in one token that a batch writes together.
    struct Tally {
        bytes32 key;
        uint256 amount;
    }

    IPayouts public immutable payouts;

    /// By `_key(account, token)` what an account may spend here, by `_earnedKey(account, token)` what it earned: that leaves only to the
    /// payout address where one is set, whoever has the account's key.
    mapping(bytes32 accountAndToken => uint256) private _balances;
    mapping(address token => bool) public tokenAllowed;
    /// @notice The treasury's share that was not collected yet.
    mapping(address token => uint256) public feesOwed;

    Config internal _config;
    /// @notice May hold new leases back, and nothing else.
    address public guardian;
    /// @notice The contract whose outage verdicts are credited to tenants.
    address public verdicts;

    constructor(
        address owner_,
        IPayouts payouts_,
        address treasury_,
        uint16 treasuryFeeBps_,
        uint32 noticePeriod_
    ) Ownable(owner_) EIP712("Sublet Escrow", "1") {
        payouts = payouts_;
        _setTreasury(treasury_, treasuryFeeBps_);
        _setNoticePeriod(noticePeriod_);
    }

    // ── deposits and withdrawals ──────────────────────────────────────────────────────────────────────────────

    /// @inheritdoc IEscrow
    function deposit(address token, uint256 amount) external nonReentrant {
        _pull(msg.sender, token, amount);
    }

    /// @inheritdoc IEscrow
    function depositFor(address account, address token, uint256 amount) external nonReentrant {
        if (account == address(0)) revert ZeroAddress();
        _pull(account, token, amount);
    }

    /// @inheritdoc IEscrow
    function depositWithPermit(address token, uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
        nonReentrant
    {
        if (!tokenAllowed[token]) revert TokenNotAllowed(token);
        // Anyone may have used the permit already; then the allowance stands and the transfer decides.
        try IERC20Permit(token).permit(msg.sender, address(this), amount, deadline, v, r, s) {} catch {}
        _pull(msg.sender, token, amount);
    }

    /// @inheritdoc IEscrow
    function depositWithAuthorization(
        address from,
        address token,
        uint256 amount,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external nonReentrant {
        uint256 before = _beforePull(token, amount);
        IERC3009(token)
            .receiveWithAuthorization(from, address(this), amount, validAfter, validBefore, nonce, v, r, s);
        _afterPull(from, token, amount, before, from);
    }

    /// @notice Moves a balance out, to the account's payout address where it registered one. `type(uint256).max` means all.
    function withdraw(address token, uint256 amount) external nonReentrant {
        address to = payouts.payoutOf(msg.sender);
        if (to == address(0)) to = msg.sender;
        uint256 free = _balances[_key(msg.sender, token)];
        if (amount <= free) return _withdraw(msg.sender, token, amount, 0, to);
        uint256 earned = earningsOf(msg.sender, token);
        if (amount == type(uint256).max) amount = free + earned;
        if (amount > free + earned) revert InsufficientBalance(msg.sender, token, amount, free + earned);
        _withdraw(msg.sender, token, free, amount - free, to);
    }

    /// @inheritdoc IEscrow
    function withdrawFor(address account, address token) external nonReentrant {
        address payout = payouts.payoutOf(account);
        if (payout == address(0)) revert PayoutNotSet(account);
        uint256 earned = earningsOf(account, token);
        // What the account brought along it may want to spend here: only its payout address takes that out.
        uint256 free = msg.sender == payout ? _balances[_key(account, token)] : 0;
        _withdraw(account, token, free, earned, payout);
    }

    /// @notice Sends the treasury what it is owed in a token. Anyone may call it.
    function collectFees(address token) external nonReentrant {
        uint256 amount = feesOwed[token];
        if (amount == 0) revert ZeroAmount();
        feesOwed[token] = 0;
        address treasury_ = _config.treasury;
        emit FeesCollected(token, treasury_, amount);
        IERC20(token).safeTransfer(treasury_, amount);
    }

    /// @inheritdoc IEscrow
    function balanceOf(address account, address token) public view returns (uint256) {
        return _balances[_key(account, token)] + earningsOf(account, token);
    }

    /// @inheritdoc IEscrow
    function earningsOf(address account, address token) public view returns (uint256) {
        return _balances[_earnedKey(account, token)];
    }

    // ── governance ────────────────────────────────────────────────────────────────────────────────────────────

    /// @notice Allows deposits in a token, or ends them; balances that exist stay free to leave.
    function allowToken(address token, bool allowed) external onlyOwner {
        if (token == address(0)) revert ZeroAddress();
        tokenAllowed[token] = allowed;
        emit TokenAllowed(token, allowed);
    }

    function setTreasury(address treasury_, uint16 treasuryFeeBps_) external onlyOwner {
        _setTreasury(treasury_, treasuryFeeBps_);
    }

    function setNoticePeriod(uint32 seconds_) external onlyOwner {
        _setNoticePeriod(seconds_);
    }

    function setGuardian(address guardian_) external onlyOwner {
        guardian = guardian_;
        emit GuardianSet(guardian_);
    }

    function setVerdicts(address verdicts_) external onlyOwner {
        verdicts = verdicts_;
        emit VerdictsSet(verdicts_);
    }

    /// @notice The guardian may hold new leases back; only the owner lets them go on.
    function pauseNewLeases() external {
        if (msg.sender != guardian && msg.sender != owner()) revert NotAuthorised(msg.sender, guardian);
        _config.newLeasesPaused = true;
        emit NewLeasesPausedSet(true, msg.sender);
    }

    function unpauseNewLeases() external onlyOwner {
        _config.newLeasesPaused = false;
        emit NewLeasesPausedSet(false, msg.sender);
    }

    function treasury() external view returns (address) {
        return _config.treasury;
    }

    function treasuryFeeBps() external view returns (uint16) {
        return _config.treasuryFeeBps;
    }

    function noticePeriod() external view returns (uint32) {
        return _config.noticePeriod;
    }

    function newLeasesPaused() external view returns (bool) {
        return _config.newLeasesPaused;
    }

    function domainSeparator() external view returns (bytes32) {
        return _domainSeparatorV4();
    }

    // ── inside ────────────────────────────────────────────────────────────────────────────────────────────────

    function _key(address account, address token) internal pure returns (bytes32 key) {
        assembly ("memory-safe") {
            mstore(0x00, account)
            mstore(0x20, token)
            key := keccak256(0x00, 0x40)
        }
    }

    function _earnedKey(address account, address token) internal pure returns (bytes32) {
        return ~_key(account, token);
    }

    function _credit(address account, address token, uint256 amount) internal {
        if (amount != 0) _balances[_key(account, token)] += amount;
    }

    function _creditEarned(address account, address token, uint256 amount) internal {
        if (amount != 0) _balances[_earnedKey(account, token)] += amount;
    }

    /// Credits `_key` or `_earnedKey` once another's turn comes, or `_write` is called.
    function _creditLater(Tally memory tally, bytes32 key, uint256 amount) internal {
        if (key != tally.key) {
            _write(tally);
            tally.key = key;
        }
        tally.amount += amount;
    }

    function _write(Tally memory tally) internal {
        if (tally.amount != 0) _balances[tally.key] += tally.amount;
        tally.amount = 0;
    }

    /// Takes what an account spends; what it earned only where no payout address is set.
    function _debit(address account, address token, uint256 amount) internal {
        bytes32 key = _key(account, token);
        uint256 available = _balances[key];
        if (available < amount) {
            available = _withEarnings(account, token, available);
            if (available < amount) revert InsufficientBalance(account, token, amount, available);
        }
        unchecked {
            _balances[key] = available - amount;
        }
    }

    /// The same as far as it goes.
    /// @return taken at most `amount`
    function _debitUpTo(address account, address token, uint256 amount) internal returns (uint256 taken) {
        bytes32 key = _key(account, token);
        uint256 available = _balances[key];
        if (available < amount) available = _withEarnings(account, token, available);
        taken = available < amount ? available : amount;
        unchecked {
            _balances[key] = available - taken;
        }
    }

    /// Makes an account's earnings spendable, unless they have an address to go to. The caller writes the sum.
    function _withEarnings(address account, address token, uint256 available) private returns (uint256) {
        bytes32 key = _earnedKey(account, token);
        uint256 earned = _balances[key];
        if (earned == 0 || payouts.payoutOf(account) != address(0)) return available;
        _balances[key] = 0;
        return available + earned;
    }

    /// Moves so much of what an account may spend, and so much of what it earned, out; there is as much.
    function _withdraw(address account, address token, uint256 fromFree, uint256 fromEarned, address to)
        private
    {
        uint256 amount = fromFree + fromEarned;
        if (amount == 0) revert ZeroAmount();
        if (fromFree != 0) _balances[_key(account, token)] -= fromFree;
        if (fromEarned != 0) _balances[_earnedKey(account, token)] -= fromEarned;
        emit Withdrawn(account, token, amount, to);
        IERC20(token).safeTransfer(to, amount);
    }

    function _owe(address token, uint256 fee) internal {
        if (fee != 0) feesOwed[token] += fee;
    }

    function _pull(address account, address token, uint256 amount) private {
        uint256 before = _beforePull(token, amount);
        IERC20(token).safeTransferFrom(msg.sender, address(this), amount);
        _afterPull(account, token, amount, before, msg.sender);
    }

    function _beforePull(address token, uint256 amount) private view returns (uint256) {
        if (!tokenAllowed[token]) revert TokenNotAllowed(token);
        if (amount == 0) revert ZeroAmount();
        return IERC20(token).balanceOf(address(this));
    }

    /// Counts what arrived: a token that takes a fee on the way would leave others short.
    function _afterPull(address account, address token, uint256 amount, uint256 before, address from)
        private
    {
        uint256 held = IERC20(token).balanceOf(address(this));
        uint256 received = held > before ? held - before : 0;
        if (received != amount) revert TokenMovedOtherAmount(token, amount, received);
        _credit(account, token, amount);
        emit Deposited(account, token, amount, from);
    }

    function _setTreasury(address treasury_, uint16 treasuryFeeBps_) private {
        if (treasury_ == address(0)) revert ZeroAddress();
        if (treasuryFeeBps_ > MAX_TREASURY_FEE_BPS) {
            revert ParameterOutOfRange("treasuryFeeBps", treasuryFeeBps_, MAX_TREASURY_FEE_BPS);
        }
        _config.treasury = treasury_;
        _config.treasuryFeeBps = treasuryFeeBps_;
        emit TreasurySet(treasury_, treasuryFeeBps_);
    }

    function _setNoticePeriod(uint32 seconds_) private {
        if (seconds_ > MAX_NOTICE_PERIOD) {
            revert ParameterOutOfRange("noticePeriod", seconds_, MAX_NOTICE_PERIOD);
        }
        _config.noticePeriod = seconds_;
        emit NoticePeriodSet(seconds_);
    }
}
