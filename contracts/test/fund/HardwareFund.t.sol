// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {Agreement} from "../../solidity/escrow/EscrowTypes.sol";
import {IPayouts} from "../../solidity/escrow/EscrowLedger.sol";
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
        _fund = new HardwareFund(address(this), dollar, IPayouts(address(registry)));
        dollar.mint(_holder, 100_000);
        vm.startPrank(_holder);
        dollar.approve(address(_fund), type(uint256).max);
        _fund.deposit(100_000, _holder);
        vm.stopPrank();
        dollar.mint(provider, 50_000);
        vm.startPrank(provider);
        dollar.approve(address(_fund), type(uint256).max);
        registry.register(Role.Provider, "https://p", bytes32("key"), address(_fund), 0);
        vm.stopPrank();
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
        vm.expectRevert(abi.encodeWithSelector(HardwareFund.LifeInvalid.selector, 0));
        _fund.buy(DEVICE, provider, _supplier, 1, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(HardwareFund.LifeInvalid.selector, uint256(2 ** 32)));
        _fund.buy(DEVICE, provider, _supplier, 1, 0, 2 ** 32);
        // Its earnings would be its own, or whoever's it names.
        vm.expectRevert(abi.encodeWithSelector(HardwareFund.PayoutNotTheFund.selector, stranger, address(0)));
        _fund.buy(DEVICE, stranger, _supplier, 1, 0, 1);
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
        _fund.retire(DEVICE, 0, false);
        vm.prank(provider);
        _fund.takeBondBack(DEVICE);
        vm.assertEq(dollar.balanceOf(provider), 50_000);
    }

    function test_income_fromTheMarketRaisesTheSharePrice() public {
        buy();
        Agreement memory a = openLease();
        skip(3600);
        escrow.close(a);
        uint256 assets = _fund.totalAssets();
        // Nobody has to ask the custodian for it.
        escrow.withdrawFor(provider, address(dollar));
        vm.expectEmit(address(_fund));
        emit HardwareFund.IncomeArrived(3492, uint40(time() + 7 days));
        _fund.noticeIncome();
        vm.assertEq(_fund.totalAssets(), assets);
        skip(7 days);
        vm.assertEq(_fund.cash(), 40_000 + 3492);
        vm.assertEq(_fund.totalAssets(), 40_000 + 3492 + _fund.totalBookValue());
        skip(1 days);
        vm.assertEq(_fund.cash(), 40_000 + 3492);
    }

    /// Whoever buys in before income arrives and leaves right after it takes nothing of it along.
    function test_income_isNotForWhoComesForIt() public {
        address visitor = address(0x5A4D);
        dollar.mint(visitor, 900_000);
        vm.startPrank(visitor);
        dollar.approve(address(_fund), 900_000);
        uint256 shares = _fund.deposit(900_000, visitor);
        dollar.mint(address(_fund), 10_000);
        _fund.noticeIncome();
        _fund.redeem(shares, visitor, visitor);
        vm.stopPrank();
        vm.assertLe(dollar.balanceOf(visitor), 900_000);
        skip(3.5 days);
        vm.assertEq(_fund.totalAssets(), 105_000);
        // Dust sent along the way does not hold it up.
        for (uint256 i; i < 50; ++i) {
            dollar.mint(address(_fund), 1);
            _fund.noticeIncome();
        }
        skip(3.5 days + 3600);
        vm.assertEq(_fund.totalAssets(), 110_050);
    }

    /// The book needs nobody's help to fall: who leaves first leaves at the same price as who leaves last.
    function test_leaving_isAtTheBookValueOfThatMoment() public {
        address other = address(0x22);
        dollar.mint(other, 100_000);
        vm.startPrank(other);
        dollar.approve(address(_fund), 100_000);
        _fund.deposit(100_000, other);
        vm.stopPrank();
        postBond(5000);
        _fund.buy(DEVICE, provider, _supplier, 100_000, 5000, 100 days);
        skip(100 days);
        uint256 shares = _fund.maxRedeem(_holder);
        vm.prank(_holder);
        _fund.redeem(shares, _holder, _holder);
        // Half of what is left each, but for the unit that rounding leaves to the fund.
        vm.assertGe(dollar.balanceOf(_holder), 49_999);
        vm.assertLe(dollar.balanceOf(_holder), 50_000);
        vm.assertGe(_fund.maxWithdraw(other), 49_999);
    }

    function test_bookValue_fallsInAStraightLine() public {
        buy();
        skip(25 days);
        vm.assertEq(_fund.deviceOf(DEVICE).bookValue, 45_000);
        vm.assertEq(_fund.totalAssets(), 85_000);
        _fund.writeDown(DEVICE, 10_000);
        vm.assertEq(_fund.deviceOf(DEVICE).bookValue, 10_000);
        vm.expectRevert(
            abi.encodeWithSelector(HardwareFund.BookValueWouldRise.selector, DEVICE, 10_000, 10_001)
        );
        _fund.writeDown(DEVICE, 10_001);
        skip(74 days);
        vm.assertEq(_fund.totalBookValue(), 600);
        skip(200 days);
        vm.assertEq(_fund.totalBookValue(), 0);
        vm.assertEq(_fund.deviceOf("none").bookValue, 0);
        vm.expectRevert(abi.encodeWithSelector(HardwareFund.DeviceUnknown.selector, bytes32("none")));
        _fund.writeDown("none", 0);
    }

    function test_buy_asManyAsTheBookCanAddUp() public {
        for (uint256 i; i < 128; ++i) {
            _fund.buy(bytes32(i + 1), provider, _supplier, 1, 0, 100 days);
        }
        vm.expectRevert(abi.encodeWithSelector(HardwareFund.TooManyDevices.selector, 128));
        _fund.buy("more", provider, _supplier, 1, 0, 100 days);
        vm.assertEq(_fund.totalBookValue(), 128);
        _fund.retire(bytes32(uint256(5)), 0, false);
        _fund.buy("more", provider, _supplier, 1, 0, 100 days);
        _fund.retire("more", 0, false);
        _fund.retire(bytes32(uint256(128)), 0, false);
        vm.assertEq(_fund.totalBookValue(), 126);
    }

    /// What a device was sold for takes its place in the books, so that no holder gains by coming or going around it.
    function test_retire_withWhatItWasSoldFor() public {
        buy();
        dollar.mint(address(_fund), 60_000 + 700);
        vm.prank(stranger);
        _fund.noticeIncome();
        _fund.retire(DEVICE, 60_000, false);
        vm.assertEq(_fund.totalAssets(), 100_000);
        skip(7 days);
        vm.assertEq(_fund.totalAssets(), 100_700);
        buyAgain();
        dollar.mint(address(_fund), 500);
        _fund.retire("gpu-2", 500, false);
        vm.assertEq(_fund.totalAssets(), 100_700 - 100 + 500);
    }

    function buyAgain() private {
        _fund.buy("gpu-2", provider, _supplier, 100, 0, 100 days);
    }

    function test_cash_thatATokenTakesAway() public {
        dollar.mint(address(_fund), 1000);
        _fund.noticeIncome();
        skip(1 days);
        vm.prank(address(_fund));
        dollar.transfer(stranger, 100_900);
        vm.assertEq(_fund.totalAssets(), 0);
        _fund.noticeIncome();
        skip(7 days);
        vm.assertEq(_fund.totalAssets(), 100);
        vm.prank(provider);
        _fund.postBond("other", 50);
        vm.prank(address(_fund));
        dollar.transfer(stranger, 120);
        vm.assertEq(_fund.cash(), 0);
    }

    function test_releaseToken_isForWhatIsNotTheHolders() public {
        networkToken.transfer(address(_fund), 10);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, stranger));
        vm.prank(stranger);
        _fund.releaseToken(networkToken, stranger, 10);
        vm.expectRevert(abi.encodeWithSelector(HardwareFund.AssetIsTheHolders.selector, address(dollar)));
        _fund.releaseToken(dollar, stranger, 10);
        _fund.releaseToken(networkToken, provider, 10);
        vm.assertEq(networkToken.balanceOf(provider), 10);
    }

    function test_retire_writesTheBookValueOffAndMaySeizeTheBond() public {
        buy();
        _fund.retire(DEVICE, 0, true);
        vm.assertEq(_fund.totalAssets(), 45_000);
        vm.assertEq(_fund.totalBonds(), 0);
        vm.expectRevert(abi.encodeWithSelector(HardwareFund.DeviceAlreadyRetired.selector, DEVICE));
        _fund.retire(DEVICE, 0, false);
        vm.startPrank(stranger);
        bytes memory why = abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, stranger);
        vm.expectRevert(why);
        _fund.retire(DEVICE, 0, false);
        vm.expectRevert(why);
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
        HardwareFund empty = new HardwareFund(address(this), dollar, IPayouts(address(registry)));
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
