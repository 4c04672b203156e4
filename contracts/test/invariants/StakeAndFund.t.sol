// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {IPayouts} from "../../solidity/escrow/EscrowLedger.sol";
import {HardwareFund} from "../../solidity/fund/HardwareFund.sol";
import {Node, Role} from "../../solidity/registry/INodeRegistry.sol";
import {NodeRegistry} from "../../solidity/registry/NodeRegistry.sol";
import {NetworkToken} from "../../solidity/token/NetworkToken.sol";
import {TestDollar} from "../../solidity/token/TestDollar.sol";
import {Base} from "../Base.sol";
import {Handler} from "./Handler.sol";

/// Nodes that stake, leave and come back, and a slasher that takes what it can.
contract StakeHandler is Handler {
    NodeRegistry public immutable registry;
    NetworkToken public immutable token;
    address private immutable _slasher;
    uint256 public staked;
    uint256 public unstaked;
    uint256 public slashed;

    constructor(NodeRegistry registry_, NetworkToken token_, address slasher) {
        (registry, token, _slasher) = (registry_, token_, slasher);
        token_.approve(address(registry_), type(uint256).max);
    }

    function nodeAt(uint256 i) public pure returns (address) {
        return address(uint160(0x1000 + i % 4));
    }

    function stake(uint256 who, uint96 amount) external {
        amount = uint96(bound(amount, 1, 1e6));
        registry.stakeFor(nodeAt(who), amount);
        staked += amount;
    }

    function register(uint256 who, uint256 role) external {
        vm.prank(nodeAt(who));
        try registry.register(Role(role % 3), "x", bytes32("k"), address(0), 0) {} catch {}
    }

    function leaveRole(uint256 who, uint256 role) external {
        vm.prank(nodeAt(who));
        try registry.leaveRole(Role(role % 3)) {} catch {}
    }

    function requestUnstake(uint256 who, uint96 amount) external {
        vm.prank(nodeAt(who));
        try registry.requestUnstake(uint96(bound(amount, 0, 2e6))) {} catch {}
    }

    function unstake(uint256 who) external {
        Node memory n = registry.node(nodeAt(who));
        vm.prank(nodeAt(who));
        try registry.unstake() {
            if (time() < n.unbondsAt) violated("unstaked what was still liable");
            unstaked += n.unbonding;
        } catch {}
    }

    function slash(uint256 who, uint96 amount, bool allowed) external {
        Node memory n = registry.node(nodeAt(who));
        vm.prank(allowed ? _slasher : nodeAt(who + 1));
        try registry.slash(nodeAt(who), uint96(bound(amount, 0, 2e6)), "r") returns (uint96 taken) {
            if (!allowed) violated("somebody else than the slasher slashed");
            if (taken > n.stake + n.unbonding) violated("slashed more than the stake");
            slashed += taken;
        } catch {}
    }

    function pass(uint32 seconds_) external {
        skip(bound(seconds_, 0, 12 hours));
    }
}

/// Custodians whose earnings all go to the fund that asks.
contract EverythingToTheFund is IPayouts {
    function payoutOf(address) external view returns (address) {
        return msg.sender;
    }
}

/// Holders that come and go, a market that pays in, and a governance that buys, writes down and retires.
contract FundHandler is Handler {
    HardwareFund public immutable fund;
    TestDollar public immutable dollar;
    address private immutable _owner;
    bytes32[] public devices;

    constructor(HardwareFund fund_, TestDollar dollar_, address owner) {
        (fund, dollar, _owner) = (fund_, dollar_, owner);
        dollar_.approve(address(fund_), type(uint256).max);
    }

    function deviceCount() external view returns (uint256) {
        return devices.length;
    }

    function deposit(uint96 amount) external {
        amount = uint96(bound(amount, 1, 1e9));
        dollar.mint(address(this), amount);
        uint256 price = fund.convertToAssets(1e18);
        fund.deposit(amount, address(this));
        if (fund.convertToAssets(1e18) < price) violated("a deposit lowered the share price");
    }

    function redeem(uint256 shares) external {
        uint256 price = fund.convertToAssets(1e18);
        shares = bound(shares, 0, fund.maxRedeem(address(this)));
        fund.redeem(shares, address(this), address(this));
        if (fund.convertToAssets(1e18) < price) violated("a redemption lowered the share price");
    }

    function income(uint96 amount) external {
        uint256 price = fund.convertToAssets(1e18);
        dollar.mint(address(fund), bound(amount, 0, 1e8));
        if (fund.convertToAssets(1e18) < price) violated("income lowered the share price");
    }

    /// Comes for income and leaves with it, if it can.
    function visit(uint96 amount, uint96 paid) external {
        amount = uint96(bound(amount, 1, 1e9));
        dollar.mint(address(this), amount);
        uint256 before = dollar.balanceOf(address(this));
        uint256 shares = fund.deposit(amount, address(this));
        dollar.mint(address(fund), bound(paid, 0, 1e8));
        fund.noticeIncome();
        uint256 most = fund.maxRedeem(address(this));
        fund.redeem(shares < most ? shares : most, address(this), address(this));
        if (dollar.balanceOf(address(this)) > before) violated("a visit took income away");
    }

    function buy(uint96 cost, uint96 bond, uint40 life) external {
        if (devices.length == 8) return;
        bytes32 deviceId = bytes32(devices.length + 1);
        bond = uint96(bound(bond, 1, 1e8));
        dollar.mint(address(this), bond);
        fund.postBond(deviceId, bond);
        uint256 assets = fund.totalAssets();
        vm.prank(_owner);
        try fund.buy(
            deviceId,
            address(this),
            address(0x5E11),
            uint96(bound(cost, 1, 1e9)),
            bond,
            uint40(bound(life, 1, 1e8))
        ) {
            if (fund.totalAssets() != assets) violated("a purchase changed what the fund is worth");
            devices.push(deviceId);
        } catch {
            fund.takeBondBack(deviceId);
        }
    }

    function age(uint32 seconds_) external {
        skip(bound(seconds_, 0, 30 days));
    }

    function noticeIncome() external {
        uint256 assets = fund.totalAssets();
        fund.noticeIncome();
        if (fund.totalAssets() != assets) violated("noticing income changed what the fund is worth");
    }

    function retire(uint256 i, uint96 proceeds, bool seize) external {
        if (devices.length == 0) return;
        proceeds = uint96(bound(proceeds, 0, 1e8));
        dollar.mint(address(fund), proceeds);
        vm.prank(_owner);
        try fund.retire(devices[i % devices.length], proceeds, seize) {} catch {}
    }

    function takeBondBack(uint256 i) external {
        if (devices.length == 0) return;
        bytes32 deviceId = devices[i % devices.length];
        bool retired = fund.deviceOf(deviceId).retired;
        try fund.takeBondBack(deviceId) {
            if (!retired) violated("took back the bond of a device in service");
        } catch {}
    }
}

contract StakeInvariants is Base {
    StakeHandler private _handler;
    NodeRegistry private _registry;
    NetworkToken private _token;

    function setUp() public {
        vm.warp(1_800_000_000);
        _token = new NetworkToken(address(this), address(this), 1e24);
        _registry = new NodeRegistry(address(this), _token, 1 days, address(0x7EA));
        _registry.setMinimumStake(Role.Provider, 1000, 0);
        _registry.setVerdicts(address(0xBEEF));
        _handler = new StakeHandler(_registry, _token, address(0xBEEF));
        _token.transfer(address(_handler), 1e24);
        target(address(_handler));
    }

    function invariant_stake() public view {
        stakeIsAccountedFor();
        checkersAreThoseWithTheRole();
    }

    /// Stake leaves only by unbonding or slash; a slash never exceeds the stake.
    function stakeIsAccountedFor() private view {
        uint256 held;
        for (uint256 i; i < 4; ++i) {
            Node memory n = _registry.node(_handler.nodeAt(i));
            held += uint256(n.stake) + n.unbonding;
        }
        vm.assertEq(held, _token.balanceOf(address(_registry)));
        vm.assertEq(held + _handler.unstaked() + _handler.slashed(), _handler.staked());
        vm.assertEq(_token.balanceOf(address(0x7EA)), _handler.slashed());
        vm.assertEq(_handler.violation(), "");
    }

    /// Whoever is listed as a checker holds the role, once.
    function checkersAreThoseWithTheRole() private view {
        (address[] memory addresses,) = _registry.checkers();
        uint256 count;
        for (uint256 i; i < 4; ++i) {
            if (_registry.hasRole(_handler.nodeAt(i), Role.Checker)) ++count;
        }
        vm.assertEq(addresses.length, count);
    }
}

contract FundInvariants is Base {
    FundHandler private _handler;
    HardwareFund private _fund;
    TestDollar private _dollar;

    function setUp() public {
        vm.warp(1_800_000_000);
        _dollar = new TestDollar();
        _fund = new HardwareFund(address(this), _dollar, new EverythingToTheFund());
        _handler = new FundHandler(_fund, _dollar, address(this));
        target(address(_handler));
    }

    /// Shares are backed by assets plus registered hardware at book value.
    function invariant_sharesAreBacked() public view {
        uint256 book;
        uint256 bonds;
        for (uint256 i; i < _handler.deviceCount(); ++i) {
            bytes32 deviceId = _handler.devices(i);
            book += _fund.deviceOf(deviceId).bookValue;
            bonds += _fund.bondOf(deviceId, address(_handler));
        }
        vm.assertEq(_fund.totalBookValue(), book);
        vm.assertEq(_fund.totalBonds(), bonds);
        vm.assertGe(_dollar.balanceOf(address(_fund)), bonds);
        // What is neither is income that is still on its way.
        vm.assertLe(_fund.totalAssets(), _dollar.balanceOf(address(_fund)) - bonds + book);
        vm.assertEq(_handler.violation(), "");
    }

    /// All income comes to the holders in the end.
    function afterInvariant() public {
        _fund.noticeIncome();
        skip(7 days);
        vm.assertEq(
            _fund.totalAssets(),
            _dollar.balanceOf(address(_fund)) - _fund.totalBonds() + _fund.totalBookValue()
        );
    }

    /// The handler's calls must get through, or the campaign would prove nothing.
    function test_theHandlerReachesTheFund() public {
        _handler.deposit(1e9);
        _handler.buy(1e6, 1, 1e6);
        _handler.visit(1e6, 1e6);
        _handler.noticeIncome();
        _handler.age(1 days);
        vm.assertGt(_fund.totalAssets(), 1e9);
        _handler.retire(0, 1, true);
        vm.assertEq(_fund.totalBookValue(), 0);
        vm.assertEq(_handler.deviceCount(), 1);
        vm.assertEq(_handler.violation(), "");
    }
}
