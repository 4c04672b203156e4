// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title A fund that buys GPUs, leases them out, and shares the income
/// @notice Shares are backed by cash plus registered hardware at book value: totalAssets = balance − bonds + Σ book values. A device is bought by
/// a proposal for a custodian who has put up a bond; it is leased through the same market as any other, with this fund as its payout address, so its
/// income arrives as cash and raises the share price. Book value falls in a straight line over the device's life. Holders leave with
/// cash only, as far as there is any.
contract HardwareFund is ERC4626, Ownable2Step {
    using SafeERC20 for IERC20;

    struct Device {
        address custodian;
        /// Price paid, asset base units.
        uint96 cost;
        /// What the book still says it is worth.
        uint96 bookValue;
        uint96 bond;
        /// Unix seconds.
        uint40 boughtAt;
        uint40 lifeSeconds;
        bool retired;
    }

    mapping(bytes32 deviceId => Device) private _devices;
    mapping(bytes32 deviceId => mapping(address custodian => uint96)) public bondOf;
    /// @notice Custodians' money in this contract's balance; no holder's.
    uint256 public totalBonds;
    uint256 public totalBookValue;

    event BondPosted(bytes32 indexed deviceId, address indexed custodian, uint96 amount);
    event BondReturned(bytes32 indexed deviceId, address indexed custodian, uint96 amount);
    event BondSeized(bytes32 indexed deviceId, address indexed custodian, uint96 amount);
    event DeviceBought(
        bytes32 indexed deviceId, address indexed custodian, address supplier, uint96 cost, uint40 lifeSeconds
    );
    event DeviceWrittenDown(bytes32 indexed deviceId, uint96 bookValue);
    event DeviceRetired(bytes32 indexed deviceId, uint96 bookValueLost);

    error DeviceExists(bytes32 deviceId);
    error DeviceUnknown(bytes32 deviceId);
    error DeviceAlreadyRetired(bytes32 deviceId);
    error BondTooLow(bytes32 deviceId, uint256 bond, uint256 needed);
    error BondInUse(bytes32 deviceId);
    error CashTooLow(uint256 cash, uint256 needed);
    error BookValueWouldRise(bytes32 deviceId, uint256 standing, uint256 asked);
    error LifeZero();
    error ZeroAmount();
    error ZeroAddress();

    constructor(address owner_, IERC20 asset_)
        ERC20("Sublet Hardware Fund", "SUBHW")
        ERC4626(asset_)
        Ownable(owner_)
    {}

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

    /// @notice Buys a device: pays the supplier from the fund's cash and books the device at its price.
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
        if (lifeSeconds == 0) revert LifeZero();
        if (cost == 0) revert ZeroAmount();
        uint96 bond = bondOf[deviceId][custodian];
        if (bond < bondNeeded) revert BondTooLow(deviceId, bond, bondNeeded);
        if (cash() < cost) revert CashTooLow(cash(), cost);
        _devices[deviceId] = Device(custodian, cost, cost, bond, uint40(block.timestamp), lifeSeconds, false);
        totalBookValue += cost;
        emit DeviceBought(deviceId, custodian, supplier, cost, lifeSeconds);
        IERC20(asset()).safeTransfer(supplier, cost);
    }

    /// @notice Writes a device down to where its life has brought it. Anyone may call it.
    function depreciate(bytes32 deviceId) external {
        Device storage device = _owned(deviceId);
        uint256 age = block.timestamp - device.boughtAt;
        uint256 left = age >= device.lifeSeconds ? 0 : device.lifeSeconds - age;
        uint96 scheduled = uint96(uint256(device.cost) * left / device.lifeSeconds);
        if (scheduled < device.bookValue) _writeDown(deviceId, device, scheduled);
    }

    /// @notice Writes a device down further than its age says.
    function writeDown(bytes32 deviceId, uint96 bookValue) external onlyOwner {
        Device storage device = _owned(deviceId);
        if (bookValue > device.bookValue) revert BookValueWouldRise(deviceId, device.bookValue, bookValue);
        _writeDown(deviceId, device, bookValue);
    }

    /// @notice Takes a device out of the books; what it was sold for is sent here before or after. The bond goes back to the custodian, or becomes the
    /// fund's where the device is lost by its fault.
    function retire(bytes32 deviceId, bool seizeBond) external onlyOwner {
        Device storage device = _owned(deviceId);
        uint96 lost = device.bookValue;
        _writeDown(deviceId, device, 0);
        device.retired = true;
        if (seizeBond) {
            uint96 bond = bondOf[deviceId][device.custodian];
            bondOf[deviceId][device.custodian] = 0;
            totalBonds -= bond;
            emit BondSeized(deviceId, device.custodian, bond);
        }
        emit DeviceRetired(deviceId, lost);
    }

    // ── the vault ─────────────────────────────────────────────────────────────────────────────────────────────

    /// @notice Money that belongs to holders and can leave now, asset base units.
    function cash() public view returns (uint256) {
        uint256 held = IERC20(asset()).balanceOf(address(this));
        return held > totalBonds ? held - totalBonds : 0;
    }

    function totalAssets() public view override returns (uint256) {
        return cash() + totalBookValue;
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

    function deviceOf(bytes32 deviceId) external view returns (Device memory) {
        return _devices[deviceId];
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

    function _writeDown(bytes32 deviceId, Device storage device, uint96 bookValue) private {
        totalBookValue -= device.bookValue - bookValue;
        device.bookValue = bookValue;
        emit DeviceWrittenDown(deviceId, bookValue);
    }
}
