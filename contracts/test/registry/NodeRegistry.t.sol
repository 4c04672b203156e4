// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {INodeRegistry, IPayoutKeeper, Node, Role} from "../../solidity/registry/INodeRegistry.sol";
import {NodeRegistry} from "../../solidity/registry/NodeRegistry.sol";
import {NetworkToken} from "../../solidity/token/NetworkToken.sol";
import {Base} from "../Base.sol";

/// Counts how often it is told of a node.
contract PayoutListener is IPayoutKeeper {
    mapping(address node => uint256) public told;

    function refreshPayout(address account) external {
        ++told[account];
    }
}

contract NodeRegistryTest is Base {
    NetworkToken private _token;
    NodeRegistry private _registry;
    address private _node = address(0xA0DE);
    address private _treasury = address(0x7EA);
    address private _verdicts = address(0xBEEF);

    function setUp() public {
        vm.warp(1_800_000_000);
        _token = new NetworkToken(address(this), address(this), 1_000_000);
        _registry = new NodeRegistry(address(this), _token, 7 days, _treasury);
        _registry.setVerdicts(_verdicts);
        _registry.setMinimumStake(Role.Provider, 100, 10);
        _registry.setMinimumStake(Role.Checker, 50, 0);
        _token.approve(address(_registry), type(uint256).max);
    }

    function register(address node, Role role) private {
        vm.prank(node);
        _registry.register(role, "https://node.example", bytes32("key"), address(0), bytes32("meta"));
    }

    function provider(uint96 stake) private {
        _registry.stakeFor(_node, stake);
        register(_node, Role.Provider);
    }

    // ── registering ───────────────────────────────────────────────────────────────────────────────────────────

    function test_register_tellsAndKeepsEverything() public {
        _registry.stakeFor(_node, 100);
        vm.expectEmit(address(_registry));
        emit INodeRegistry.NodeRegistered(
            _node, Role.Provider, "https://node.example", bytes32("key"), address(0xCA5), bytes32("meta")
        );
        vm.prank(_node);
        _registry.register(
            Role.Provider, "https://node.example", bytes32("key"), address(0xCA5), bytes32("meta")
        );
        Node memory n = _registry.node(_node);
        vm.assertEq(n.endpoint, "https://node.example");
        vm.assertEq(n.publicKey, bytes32("key"));
        vm.assertEq(n.metadataHash, bytes32("meta"));
        vm.assertEq(n.payout, address(0xCA5));
        vm.assertEq(n.roles, 1);
        vm.assertTrue(_registry.isActive(_node, Role.Provider));
        vm.assertFalse(_registry.isActive(_node, Role.Checker));
    }

    function test_register_severalRolesShareARecord() public {
        provider(200);
        vm.prank(_node);
        _registry.register(Role.Checker, "", 0, address(0), bytes32("meta2"));
        register(_node, Role.Indexer);
        Node memory n = _registry.node(_node);
        vm.assertEq(n.roles, 7);
        vm.assertEq(n.endpoint, "https://node.example");
        vm.assertEq(_registry.nodeCount(), 1);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.RoleAlreadyHeld.selector, _node, Role.Indexer));
        register(_node, Role.Indexer);
    }

    function test_register_needsStakeEndpointAndKey() public {
        vm.startPrank(_node);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.EndpointInvalid.selector, 0));
        _registry.register(Role.Indexer, "", bytes32("key"), address(0), 0);
        vm.expectRevert(INodeRegistry.PublicKeyMissing.selector);
        _registry.register(Role.Indexer, "x", 0, address(0), 0);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.EndpointInvalid.selector, 257));
        _registry.register(Role.Indexer, string(new bytes(257)), bytes32("key"), address(0), 0);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.StakeTooLow.selector, _node, 0, 100));
        _registry.register(Role.Provider, "x", bytes32("key"), address(0), 0);
        vm.stopPrank();
    }

    function test_update_changesWhatIsGiven() public {
        provider(130);
        vm.startPrank(_node);
        _registry.update("", 0, bytes32("meta3"), 3);
        vm.assertEq(_registry.node(_node).endpoint, "https://node.example");
        _registry.update("https://other", bytes32("key2"), bytes32("meta3"), 2);
        Node memory n = _registry.node(_node);
        vm.assertEq(n.endpoint, "https://other");
        vm.assertEq(n.publicKey, bytes32("key2"));
        vm.assertEq(n.capacity, 2);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.StakeTooLow.selector, _node, 130, 140));
        _registry.update("", 0, 0, 4);
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NotRegistered.selector, address(this)));
        _registry.update("", 0, 0, 0);
    }

    function test_payout_changesOnlyByThePayoutAddress() public {
        register(_node, Role.Indexer);
        vm.prank(_node);
        _registry.setPayout(_node, address(0xC01D));
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NotPayoutOwner.selector, _node, address(0xC01D)));
        vm.prank(_node);
        _registry.setPayout(_node, _node);
        vm.prank(address(0xC01D));
        _registry.setPayout(_node, address(0xC01E));
        vm.assertEq(_registry.payoutOf(_node), address(0xC01E));
        // Registering again does not reset it.
        vm.prank(_node);
        _registry.leaveRole(Role.Indexer);
        register(_node, Role.Indexer);
        vm.assertEq(_registry.payoutOf(_node), address(0xC01E));
    }

    function test_leaveRole_endsIt() public {
        register(_node, Role.Indexer);
        vm.prank(_node);
        _registry.leaveRole(Role.Indexer);
        vm.assertFalse(_registry.hasRole(_node, Role.Indexer));
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.RoleNotHeld.selector, _node, Role.Indexer));
        vm.prank(_node);
        _registry.leaveRole(Role.Indexer);
        // Its record shows no role, and takes no update, but it is listed once for good.
        vm.assertEq(_registry.node(_node).roles, 0);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NotRegistered.selector, _node));
        vm.prank(_node);
        _registry.update("", 0, 0, 0);
        register(_node, Role.Indexer);
        vm.assertEq(_registry.nodeCount(), 1);
        vm.assertEq(_registry.node(_node).roles, 1 << uint8(Role.Indexer));
    }

    function test_nodesPage_goesThroughAll() public {
        for (uint160 i = 1; i <= 5; ++i) {
            register(address(i), Role.Indexer);
        }
        (address[] memory addresses, Node[] memory page) = _registry.nodesPage(3, 10);
        vm.assertEq(addresses.length, 2);
        vm.assertEq(addresses[0], address(4));
        vm.assertEq(page[1].roles, 2);
        (addresses,) = _registry.nodesPage(9, 1);
        vm.assertEq(addresses.length, 0);
    }

    // ── stake ─────────────────────────────────────────────────────────────────────────────────────────────────

    function test_stake_leavesAfterUnbonding() public {
        provider(150);
        vm.startPrank(_node);
        vm.expectRevert(INodeRegistry.ZeroAmount.selector);
        _registry.requestUnstake(0);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.StakeExceeded.selector, _node, 151, 150));
        _registry.requestUnstake(151);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.StakeTooLow.selector, _node, 99, 100));
        _registry.requestUnstake(51);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NothingUnbonding.selector, _node));
        _registry.unstake();
        _registry.requestUnstake(50);
        uint40 at = _registry.node(_node).unbondsAt;
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.StillUnbonding.selector, at, time()));
        _registry.unstake();
        vm.warp(at);
        _registry.unstake();
        vm.assertEq(_token.balanceOf(_node), 50);
        _registry.leaveRole(Role.Provider);
        _registry.requestUnstake(100);
        skip(7 days);
        _registry.setPayout(_node, address(0xC01D));
        _registry.unstake();
        vm.assertEq(_token.balanceOf(address(0xC01D)), 100);
        vm.stopPrank();
    }

    function test_stake_ofOnesOwn() public {
        _registry.stake(5);
        vm.assertEq(_registry.node(address(this)).stake, 5);
        vm.expectRevert(INodeRegistry.ZeroAmount.selector);
        _registry.stake(0);
        vm.expectRevert(INodeRegistry.ZeroAddress.selector);
        _registry.stakeFor(address(0), 1);
    }

    function test_slash_takesUnbondingStakeTooAndNeverMoreThanThereIs() public {
        provider(150);
        vm.prank(_node);
        _registry.requestUnstake(50);
        vm.prank(_verdicts);
        vm.assertEq(_registry.slash(_node, 120, "why"), 120);
        Node memory n = _registry.node(_node);
        vm.assertEq(n.stake, 0);
        vm.assertEq(n.unbonding, 30);
        vm.assertFalse(_registry.isActive(_node, Role.Provider));
        vm.assertEq(_registry.slash(_node, 1000, "owner"), 30);
        vm.assertEq(_registry.slash(_node, 1000, "owner"), 0);
        vm.assertEq(_token.balanceOf(_treasury), 150);
    }

    function test_slashAndJail_onlyByVerdictsAndTheOwner() public {
        bytes memory why = abi.encodeWithSelector(INodeRegistry.NotSlasher.selector, _node);
        vm.startPrank(_node);
        vm.expectRevert(why);
        _registry.slash(_node, 1, 0);
        vm.expectRevert(why);
        _registry.jail(_node, 1, 0);
        vm.stopPrank();
    }

    function test_jail_isLengthenedByVerdictsAndShortenedOnlyByTheOwner() public {
        provider(100);
        uint40 until = uint40(time() + 1 days);
        vm.startPrank(_verdicts);
        _registry.jail(_node, until, 0);
        vm.assertFalse(_registry.isActive(_node, Role.Provider));
        _registry.jail(_node, until - 1, 0);
        vm.assertEq(_registry.node(_node).jailedUntil, until);
        vm.stopPrank();
        _registry.jail(_node, 0, 0);
        vm.assertTrue(_registry.isActive(_node, Role.Provider));
    }

    function test_parameters_areTheOwners() public {
        bytes memory why = abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, _node);
        vm.startPrank(_node);
        vm.expectRevert(why);
        _registry.setMinimumStake(Role.Provider, 0, 0);
        vm.expectRevert(why);
        _registry.setVerdicts(_node);
        vm.expectRevert(why);
        _registry.setRewards(IPayoutKeeper(_node));
        vm.expectRevert(why);
        _registry.setSlashedStakeTaker(_node);
        vm.stopPrank();
        vm.expectRevert(INodeRegistry.ZeroAddress.selector);
        _registry.setSlashedStakeTaker(address(0));
        _registry.setSlashedStakeTaker(_node);
        vm.assertEq(_registry.slashedStakeTaker(), _node);
    }

    function test_rewards_areToldOfANewNodeAndOfEveryNewPayoutAddressOnly() public {
        PayoutListener listener = new PayoutListener();
        _registry.setRewards(listener);
        provider(100);
        vm.assertEq(listener.told(_node), 1);
        register(_node, Role.Indexer);
        vm.assertEq(listener.told(_node), 1);
        vm.prank(_node);
        _registry.setPayout(_node, address(0xC01D));
        vm.assertEq(listener.told(_node), 2);
        _registry.setRewards(IPayoutKeeper(address(0)));
        vm.prank(address(0xC01D));
        _registry.setPayout(_node, address(0xC01E));
        vm.assertEq(listener.told(_node), 2);
    }

    // ── checkers ──────────────────────────────────────────────────────────────────────────────────────────────

    function checker(address who, uint96 stake) private {
        _registry.stakeFor(who, stake);
        register(who, Role.Checker);
    }

    function test_checkers_leavesOutTheJailedAndTheGone() public {
        for (uint160 i = 1; i <= 4; ++i) {
            checker(address(i), uint96(50 + i));
        }
        vm.prank(address(1));
        _registry.leaveRole(Role.Checker);
        _registry.jail(address(3), uint40(time() + 1), 0);
        _registry.slash(address(2), 10, 0);
        (address[] memory addresses, uint96[] memory stakes) = _registry.checkers();
        vm.assertEq(addresses.length, 1);
        vm.assertEq(addresses[0], address(4));
        vm.assertEq(stakes[0], 54);
        vm.assertFalse(_registry.hasRole(address(2), Role.Checker));
        _registry.slash(address(4), 1, 0);
        vm.assertTrue(_registry.hasRole(address(4), Role.Checker));
    }

    /// Whoever has no longer what the role needs is not drawn, whether the minimum or the devices grew.
    function test_checkers_leavesOutThoseBelowTheMinimum() public {
        checker(address(1), 100);
        checker(address(2), 200);
        _registry.setMinimumStake(Role.Checker, 150, 0);
        (address[] memory addresses, uint96[] memory stakes) = _registry.checkers();
        vm.assertEq(addresses.length, 1);
        vm.assertEq(addresses[0], address(2));
        vm.assertEq(stakes[0], 200);
        _registry.stakeFor(address(1), 50);
        (addresses,) = _registry.checkers();
        vm.assertEq(addresses.length, 2);
        // Devices count where the minimum grows with them.
        _registry.setMinimumStake(Role.Checker, 150, 10);
        vm.prank(address(2));
        _registry.update("", 0, 0, 6);
        (addresses,) = _registry.checkers();
        vm.assertEq(addresses.length, 1);
        vm.assertEq(addresses[0], address(1));
    }

    function test_checkers_moreStakeTakesTheLowestPlace() public {
        for (uint160 i = 1; i <= 128; ++i) {
            checker(address(i), i == 77 ? 60 : 100);
        }
        _registry.stakeFor(address(200), 60);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.CheckerSetFull.selector, address(77), 60, 60));
        register(address(200), Role.Checker);
        _registry.stakeFor(address(200), 1);
        register(address(200), Role.Checker);
        vm.assertFalse(_registry.hasRole(address(77), Role.Checker));
        (address[] memory addresses,) = _registry.checkers();
        vm.assertEq(addresses.length, 128);
    }

    // ── the payout address ────────────────────────────────────────────────────────────────────────────────────

    function test_payoutAddress_getsTheStakeBackWithoutTheWorkingKey() public {
        address cold = address(0xC01D);
        provider(150);
        vm.prank(_node);
        _registry.setPayout(_node, cold);
        vm.startPrank(cold);
        _registry.leaveRoleFor(_node, Role.Provider);
        _registry.requestUnstakeFor(_node, 150);
        vm.stopPrank();
        skip(7 days);
        _registry.unstakeFor(_node);
        vm.assertEq(_token.balanceOf(cold), 150);
        vm.assertFalse(_registry.hasRole(_node, Role.Provider));
    }

    function test_payoutAddress_isTheOnlyOtherThatMayAskForTheStake() public {
        provider(150);
        address cold = address(0xC01D);
        // While none is set there is nobody, not even the zero address.
        for (uint256 i; i < 2; ++i) {
            address holder = i == 0 ? address(0) : cold;
            bytes memory why =
                abi.encodeWithSelector(INodeRegistry.NotPayoutOwner.selector, address(0x57), holder);
            vm.startPrank(address(0x57));
            vm.expectRevert(why);
            _registry.leaveRoleFor(_node, Role.Provider);
            vm.expectRevert(why);
            _registry.requestUnstakeFor(_node, 50);
            vm.stopPrank();
            vm.prank(i == 0 ? _node : cold);
            _registry.setPayout(_node, cold);
        }
    }
}
