// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {IPayouts} from "../escrow/EscrowLedger.sol";
import {IncomeRelease, Release} from "./IncomeRelease.sol";

/// @title A fund that buys GPUs, leases them out, and shares the income
/// @notice Shares are backed by cash plus registered hardware at book value: totalAssets = balance − bonds − income on its way + Σ book values. A
/// device is bought by a proposal for a custodian who has put up a bond; it is leased through the same market as any other, with this fund as its
/// payout address, so its income arrives as cash and raises the share price over the week that follows. Book value falls in a straight line over the
/// device's life, at every second and with nobody's help. Holders leave with cash only, as far as there is any.
contract HardwareFund is ERC4626, Ownable2Step {
    using SafeERC20 for IERC20;
    using IncomeRelease for Release;

    struct Device {
        address custodian;
        /// What it was written down to; its age may have brought it lower.
        uint96 bookValue;
        /// Price paid, asset base units.
        uint96 cost;
        uint96 bond;
        /// Unix seconds.
        uint32 boughtAt;
        uint32 lifeSeconds;
        bool retired;
    }

    /// The book is added up whenever shares are bought or sold.
    uint256 public constant MAX_DEVICES = 128;

    /// @notice Knows where a custodian's earnings go.
    IPayouts public immutable payouts;

    mapping(bytes32 deviceId => Device) private _devices;
    /// Those that are not retired.
    bytes32[] private _inService;
    mapping(bytes32 deviceId => mapping(address custodian => uint96)) public bondOf;
    /// @notice Custodians' money in this contract's balance; no holder's.
    uint256 public totalBonds;
    /// Cash that was noticed, income on its way included.
    uint256 private _noticed;
    Release private _release;

    event BondPosted(bytes32 indexed deviceId, address indexed custodian, uint96 amount);
    event BondReturned(bytes32 indexed deviceId, address indexed custodian, uint96 amount);
    event BondSeized(bytes32 indexed deviceId, address indexed custodian, uint96 amount);
    event DeviceBought(
        bytes32 indexed deviceId, address indexed custodian, address supplier, uint96 cost, uint40 lifeSeconds
    );
    event DeviceWrittenDown(bytes32 indexed deviceId, uint96 bookValue);
    event DeviceRetired(bytes32 indexed deviceId, uint96 bookValueLost);
    event IncomeArrived(uint256 amount, uint40 releasedBy);
    event TokenReleased(address indexed token, address indexed to, uint256 amount);

    error DeviceExists(bytes32 deviceId);
    error DeviceUnknown(bytes32 deviceId);
    error DeviceAlreadyRetired(bytes32 deviceId);
    error BondTooLow(bytes32 deviceId, uint256 bond, uint256 needed);
    error BondInUse(bytes32 deviceId);
    error CashTooLow(uint256 cash, uint256 needed);
    error BookValueWouldRise(bytes32 deviceId, uint256 standing, uint256 asked);
    error LifeInvalid(uint256 lifeSeconds);
    error TooManyDevices(uint256 max);
    /// @notice Thrown when a custodian's earnings would go elsewhere.
    error PayoutNotTheFund(address custodian, address payout);
    error AssetIsTheHolders(address asset);
    error ZeroAmount();
    error ZeroAddress();

    constructor(address owner_, IERC20 asset_, IPayouts payouts_)
        ERC20("Sublet Hardware Fund", "SUBHW")
        ERC4626(asset_)
        Ownable(owner_)
    {
        payouts = payouts_;
    }

    // ── devices ───────────────────────────────────────────────────────────────────────────────────────────────

    /// @notice Puts up the caller's bond for a device that a proposal is to buy.
    function postBond(bytes32 deviceId, uint96 amount) external {
        if (amount == 0) revert ZeroAmount();
        if (_devices[deviceId].custodian != address(0)) revert DeviceExists(deviceId);
        bondOf[deviceId][msg.sender] += amount;
        totalBonds += amount;
        emit BondPosted(deviceId, msg.sender, amount);
        IERC20(asset()).safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @notice Takes the caller's bond back for a device that is not (or no longer) in its custody.
    function takeBondBack(bytes32 deviceId) external {
        Device storage device = _devices[deviceId];
        if (device.custodian == msg.sender && !device.retired) revert BondInUse(deviceId);
        uint96 amount = bondOf[deviceId][msg.sender];
        if (amount == 0) revert ZeroAmount();
        bondOf[deviceId][msg.sender] = 0;
        totalBonds -= amount;
        emit BondReturned(deviceId, msg.sender, amount);
        IERC20(asset()).safeTransfer(msg.sender, amount);
    }

    /// @notice Buys a device: pays the supplier from the fund's cash and books the device at its price. The custodian leases it out under an address of
    /// its own, whose payout address is this fund already: nobody can change that any more.
    /// @param bondNeeded what the custodian must have put up before, asset base units
    function buy(
        bytes32 deviceId,
        address custodian,
        address supplier,
        uint96 cost,
        uint96 bondNeeded,
        uint40 lifeSeconds
    ) external onlyOwner {
        if (custodian == address(0) || supplier == address(0)) revert ZeroAddress();
        if (_devices[deviceId].custodian != address(0)) revert DeviceExists(deviceId);
        if (lifeSeconds == 0 || lifeSeconds > type(uint32).max) revert LifeInvalid(lifeSeconds);
        if (cost == 0) revert ZeroAmount();
        if (_inService.length == MAX_DEVICES) revert TooManyDevices(MAX_DEVICES);
        address payout = payouts.payoutOf(custodian);
        if (payout != address(this)) revert PayoutNotTheFund(custodian, payout);
        uint96 bond = bondOf[deviceId][custodian];
        if (bond < bondNeeded) revert BondTooLow(deviceId, bond, bondNeeded);
        noticeIncome();
        if (cash() < cost) revert CashTooLow(cash(), cost);
        _devices[deviceId] = Device({
            custodian: custodian,
            bookValue: cost,
            cost: cost,
            bond: bond,
            boughtAt: uint32(block.timestamp),
            lifeSeconds: uint32(lifeSeconds),
            retired: false
        });
        _inService.push(deviceId);
        _noticed -= cost;
        emit DeviceBought(deviceId, custodian, supplier, cost, lifeSeconds);
        IERC20(asset()).safeTransfer(supplier, cost);
    }

    /// @notice Writes a device down further than its age says.
    function writeDown(bytes32 deviceId, uint96 bookValue) external onlyOwner {
        Device storage device = _owned(deviceId);
        uint96 standing = _bookValueOf(device);
        if (bookValue > standing) revert BookValueWouldRise(deviceId, standing, bookValue);
        device.bookValue = bookValue;
        emit DeviceWrittenDown(deviceId, bookValue);
    }

    /// @notice Takes a device out of the books. The bond goes back to the custodian, or becomes the fund's where the device is lost by its fault.
    /// @param proceeds what it was sold for, which was sent here before: it takes the book value's place at once instead of coming in as income
    function retire(bytes32 deviceId, uint96 proceeds, bool seizeBond) external onlyOwner {
        Device storage device = _owned(deviceId);
        noticeIncome();
        uint96 lost = _bookValueOf(device);
        device.bookValue = 0;
        device.retired = true;
        for (uint256 i; i < _inService.length; ++i) {
            if (_inService[i] != deviceId) continue;
            _inService[i] = _inService[_inService.length - 1];
            _inService.pop();
            break;
        }
        _release = _release.hasten(proceeds, block.timestamp);
        if (seizeBond) {
            uint96 bond = bondOf[deviceId][device.custodian];
            bondOf[deviceId][device.custodian] = 0;
            totalBonds -= bond;
            _noticed += bond;
            emit BondSeized(deviceId, device.custodian, bond);
        }
        emit DeviceRetired(deviceId, lost);
    }

    /// @notice Sends on what came here and is not the holders' money: a custodian's stake that it asked back, or network tokens that its node earned.
    function releaseToken(IERC20 token, address to, uint256 amount) external onlyOwner {
        if (address(token) == asset()) revert AssetIsTheHolders(address(token));
        emit TokenReleased(address(token), to, amount);
        token.safeTransfer(to, amount);
    }

    /// @notice Starts the release of income that has come in since anybody looked. Anyone may call it.
    function noticeIncome() public {
        uint256 own = _ownCash();
        if (own > _noticed) {
            uint256 income = own - _noticed;
            Release memory release = _release.add(income, block.timestamp);
            _release = release;
            emit IncomeArrived(income, release.until);
        }
        _noticed = own;
    }

    // ── the vault ─────────────────────────────────────────────────────────────────────────────────────────────

    /// @notice Money that belongs to holders and can leave now, asset base units.
    function cash() public view returns (uint256) {
        uint256 own = _ownCash();
        // What nobody noticed yet has still all of its way before it.
        uint256 counted = own < _noticed ? own : _noticed;
        uint256 onItsWay = _release.remaining(block.timestamp);
        return counted > onItsWay ? counted - onItsWay : 0;
    }

    /// @notice What all devices are worth by the book now.
    function totalBookValue() public view returns (uint256 sum) {
        for (uint256 i; i < _inService.length; ++i) {
            sum += _bookValueOf(_devices[_inService[i]]);
        }
    }

    function totalAssets() public view override returns (uint256) {
        return cash() + totalBookValue();
    }

    function maxWithdraw(address holder) public view override returns (uint256) {
        uint256 owned = super.maxWithdraw(holder);
        uint256 available = cash();
        return owned < available ? owned : available;
    }

    function maxRedeem(address holder) public view override returns (uint256) {
        uint256 owned = super.maxRedeem(holder);
        uint256 available = previewDeposit(cash());
        return owned < available ? owned : available;
    }

    /// @return device with its book value of this moment
    function deviceOf(bytes32 deviceId) external view returns (Device memory device) {
        device = _devices[deviceId];
        if (device.custodian != address(0)) device.bookValue = _bookValueOf(_devices[deviceId]);
    }

    /// Virtual shares make it dear to move the share price of an almost empty fund.
    function _decimalsOffset() internal pure override returns (uint8) {
        return 6;
    }

    function _owned(bytes32 deviceId) private view returns (Device storage device) {
        device = _devices[deviceId];
        if (device.custodian == address(0)) revert DeviceUnknown(deviceId);
        if (device.retired) revert DeviceAlreadyRetired(deviceId);
    }

    /// Its price in a straight line over its life, unless it was written down below that.
    function _bookValueOf(Device storage device) private view returns (uint96) {
        uint256 age = block.timestamp - device.boughtAt;
        uint256 life = device.lifeSeconds;
        if (age >= life) return 0;
        uint96 scheduled = uint96(uint256(device.cost) * (life - age) / life);
        uint96 written = device.bookValue;
        return written < scheduled ? written : scheduled;
    }

    function _ownCash() private view returns (uint256) {
        uint256 held = IERC20(asset()).balanceOf(address(this));
        return held > totalBonds ? held - totalBonds : 0;
    }

    function _deposit(address caller, address receiver, uint256 assets, uint256 shares) internal override {
        noticeIncome();
        _noticed += assets;
        super._deposit(caller, receiver, assets, shares);
    }

    function _withdraw(address caller, address receiver, address owner_, uint256 assets, uint256 shares)
        internal
        override
    {
        noticeIncome();
        _noticed -= assets;
        super._withdraw(caller, receiver, owner_, assets, shares);
    }
}
