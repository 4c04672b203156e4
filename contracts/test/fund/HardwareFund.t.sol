// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {Agreement} from "../../solidity/escrow/EscrowTypes.sol";
import {HardwareFund} from "../../solidity/fund/HardwareFund.sol";
import {Role} from "../../solidity/registry/INodeRegistry.sol";
import {EscrowFixture} from "../escrow/EscrowFixture.sol";

contract HardwareFundTest is EscrowFixture {
    HardwareFund private _fund;
    address private _holder = address(0x401D);
    address private _supplier = address(0x5E11);
    bytes32 private constant DEVICE = "gpu-1";

    function setUp() public override {
        super.setUp();
        _fund = new HardwareFund(address(this), dollar);
        dollar.mint(_holder, 100_000);
        vm.startPrank(_holder);
        dollar.approve(address(_fund), type(uint256).max);
        _fund.deposit(100_000, _holder);
        vm.stopPrank();
        dollar.mint(provider, 50_000);
        vm.prank(provider);
        dollar.approve(address(_fund), type(uint256).max);
    }

    function postBond(uint96 amount) private {
        vm.prank(provider);
        _fund.postBond(DEVICE, amount);
    }

    function buy() private {
        postBond(5000);
        _fund.buy(DEVICE, provider, _supplier, 60_000, 5000, 100 days);
    }

    function test_buy_turnsCashIntoBookValue() public {
        buy();
        vm.assertEq(dollar.balanceOf(_supplier), 60_000);
        vm.assertEq(_fund.totalAssets(), 100_000);
        vm.assertEq(_fund.cash(), 40_000);
        vm.assertEq(_fund.totalBonds(), 5000);
        vm.assertEq(_fund.deviceOf(DEVICE).bookValue, 60_000);
    }

    function test_buy_rules() public {
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, stranger));
        vm.prank(stranger);
        _fund.buy(DEVICE, provider, _supplier, 1, 0, 1);
        vm.expectRevert(HardwareFund.ZeroAddress.selector);
        _fund.buy(DEVICE, address(0), _supplier, 1, 0, 1);
        vm.expectRevert(HardwareFund.ZeroAddress.selector);
        _fund.buy(DEVICE, provider, address(0), 1, 0, 1);
        vm.expectRevert(HardwareFund.LifeZero.selector);
        _fund.buy(DEVICE, provider, _supplier, 1, 0, 0);
        vm.expectRevert(HardwareFund.ZeroAmount.selector);
        _fund.buy(DEVICE, provider, _supplier, 0, 0, 1);
        vm.expectRevert(abi.encodeWithSelector(HardwareFund.BondTooLow.selector, DEVICE, 0, 1));
        _fund.buy(DEVICE, provider, _supplier, 1, 1, 1);
        postBond(5000);
        // Bonds are not the fund's to spend.
        vm.expectRevert(abi.encodeWithSelector(HardwareFund.CashTooLow.selector, 100_000, 100_001));
        _fund.buy(DEVICE, provider, _supplier, 100_001, 0, 1);
        _fund.buy(DEVICE, provider, _supplier, 1, 5000, 1);
        vm.expectRevert(abi.encodeWithSelector(HardwareFund.DeviceExists.selector, DEVICE));
        _fund.buy(DEVICE, provider, _supplier, 1, 0, 1);
        vm.expectRevert(abi.encodeWithSelector(HardwareFund.DeviceExists.selector, DEVICE));
        postBond(1);
    }

    function test_bond_rules() public {
        vm.expectRevert(HardwareFund.ZeroAmount.selector);
        postBond(0);
        postBond(5000);
        vm.prank(provider);
        _fund.takeBondBack(DEVICE);
        vm.assertEq(dollar.balanceOf(provider), 50_000);
        vm.expectRevert(HardwareFund.ZeroAmount.selector);
        vm.prank(provider);
        _fund.takeBondBack(DEVICE);
        buy();
        vm.expectRevert(abi.encodeWithSelector(HardwareFund.BondInUse.selector, DEVICE));
        vm.prank(provider);
        _fund.takeBondBack(DEVICE);
        _fund.retire(DEVICE, false);
        vm.prank(provider);
        _fund.takeBondBack(DEVICE);
        vm.assertEq(dollar.balanceOf(provider), 50_000);
    }

    function test_income_fromTheMarketRaisesTheSharePrice() public {
        buy();
        vm.prank(provider);
        registry.register(Role.Provider, "https://p", bytes32("key"), address(_fund), 0);
        uint256 before = _fund.convertToAssets(1e10);
        Agreement memory a = openLease();
        skip(3600);
        escrow.close(a);
        vm.prank(provider);
        escrow.withdraw(address(dollar), type(uint256).max);
        vm.assertEq(_fund.totalAssets(), 100_000 + 3492);
        vm.assertGt(_fund.convertToAssets(1e10), before);
    }

    function test_depreciate_inAStraightLine() public {
        buy();
        skip(25 days);
        vm.prank(stranger);
        _fund.depreciate(DEVICE);
        vm.assertEq(_fund.deviceOf(DEVICE).bookValue, 45_000);
        vm.assertEq(_fund.totalAssets(), 85_000);
        _fund.writeDown(DEVICE, 10_000);
        _fund.depreciate(DEVICE);
        vm.assertEq(_fund.deviceOf(DEVICE).bookValue, 10_000);
        vm.expectRevert(
            abi.encodeWithSelector(HardwareFund.BookValueWouldRise.selector, DEVICE, 10_000, 10_001)
        );
        _fund.writeDown(DEVICE, 10_001);
        skip(200 days);
        _fund.depreciate(DEVICE);
        vm.assertEq(_fund.totalBookValue(), 0);
        vm.expectRevert(abi.encodeWithSelector(HardwareFund.DeviceUnknown.selector, bytes32("none")));
        _fund.depreciate("none");
    }

    function test_retire_writesTheBookValueOffAndMaySeizeTheBond() public {
        buy();
        _fund.retire(DEVICE, true);
        vm.assertEq(_fund.totalAssets(), 45_000);
        vm.assertEq(_fund.totalBonds(), 0);
        vm.expectRevert(abi.encodeWithSelector(HardwareFund.DeviceAlreadyRetired.selector, DEVICE));
        _fund.retire(DEVICE, false);
        vm.startPrank(stranger);
        vm.expectRevert();
        _fund.retire(DEVICE, false);
        vm.expectRevert();
        _fund.writeDown(DEVICE, 0);
        vm.stopPrank();
    }

    function test_holders_leaveWithCashAsFarAsThereIsAny() public {
        vm.assertEq(_fund.maxWithdraw(_holder), 100_000);
        buy();
        vm.assertEq(_fund.maxWithdraw(_holder), 40_000);
        uint256 shares = _fund.maxRedeem(_holder);
        vm.assertEq(_fund.previewRedeem(shares), 40_000);
        vm.prank(_holder);
        _fund.redeem(shares, _holder, _holder);
        vm.assertEq(dollar.balanceOf(_holder), 40_000);
        vm.assertEq(_fund.maxWithdraw(_holder), 0);
    }

    function test_donationToAnEmptyFundStealsNothing() public {
        HardwareFund empty = new HardwareFund(address(this), dollar);
        dollar.mint(stranger, 1_000_001);
        vm.startPrank(stranger);
        dollar.approve(address(empty), 1);
        empty.deposit(1, stranger);
        dollar.transfer(address(empty), 1_000_000);
        vm.stopPrank();
        dollar.mint(_holder, 1_000_000);
        vm.startPrank(_holder);
        dollar.approve(address(empty), 1_000_000);
        empty.deposit(1_000_000, _holder);
        vm.stopPrank();
        vm.assertGe(empty.maxWithdraw(_holder), 999_000);
    }
}
