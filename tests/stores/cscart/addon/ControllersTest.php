<?php
declare(strict_types=1);

namespace XeroConnector\Tests;

use ArrayObject;
use Tygh\Registry;
use Tygh\Tygh;

require_once __DIR__ . '/installed.php';
require_once __DIR__ . '/View.php';

/** The add-on's pages: what each mode does, for whom, and that words of others are escaped. */
final class ControllersTest extends ShopTestCase
{
    private const ADDON = __DIR__ . '/../../../../stores/adapters/cscart/addon/shop/app/addons/xero_connector/';

    protected function setUp(): void
    {
        parent::setUp();
        Tygh::$app = new ArrayObject(['view' => new View(), 'session' => ['auth' => ['user_id' => 3]]]);
    }

    /** @return mixed what the controller returns */
    private function open(string $controller, string $mode, string $method = 'GET', array $request = [])
    {
        $_SERVER['REQUEST_METHOD'] = $method;
        $_REQUEST = $request;
        return (static function (string $file, string $mode) {
            return require $file;
        })(self::ADDON . 'controllers/' . $controller . '.php', $mode);
    }

    private function post(string $mode, array $request = [])
    {
        return $this->open('backend/xero_connector', $mode, 'POST', $request);
    }

    public function testThePageShowsCodeStateAndAddress(): void
    {
        $this->pair();
        $this->open('backend/xero_connector', 'manage');
        $shown = Tygh::$app['view']->values['xero_connection'];
        self::assertSame($this->connector()->pairingCode(), $shown['code']);
        self::assertSame([true, true, 's'], [$shown['is_on'], $shown['is_paired'], $shown['store']]);
        self::assertGreaterThan(0, $shown['last_contact']);
        self::assertStringContainsString('dispatch=xero_connector.push&token=', $shown['cron']);
    }

    public function testItsButtonsChangeTheConnectionByPostOnly(): void
    {
        $key = $this->connector()->settings()->get('key');
        $this->pair();
        $this->post('power');
        self::assertFalse($this->connector()->settings()->isOn());
        $this->post('power');
        $this->post('unpair');
        self::assertTrue($this->connector()->settings()->isOn());
        self::assertFalse($this->connector()->settings()->isPaired());
        $this->post('test');
        self::assertSame('E', CsCartState::$notifications[3][0]);
        foreach (['power', 'unpair', 'renew', 'test', 'wish_orders', 'm_orders'] as $mode) {
            self::assertSame(['no_page'], $this->open('backend/xero_connector', $mode));
        }
        self::assertSame($key, $this->connector()->settings()->get('key'));
        $this->post('renew');
        self::assertNotSame($key, $this->connector()->settings()->get('key'));
    }

    public function testAVendorGetsNothing(): void
    {
        Registry::$values['runtime.company_id'] = 5;
        $key = $this->connector()->settings()->get('key');
        foreach (['manage', 'renew', 'wish_orders', 'attention'] as $mode) {
            self::assertSame(['denied'], $this->post($mode));
            self::assertSame(['denied'], $this->open('backend/xero_connector', $mode));
        }
        self::assertSame($key, $this->connector()->settings()->get('key'));
        self::assertSame([], fn_xero_connector_states('order', [1]));
        $this->open('backend/orders.post', 'details', 'GET', ['order_id' => 1]);
        self::assertSame([], Tygh::$app['view']->values);
    }

    public function testEveryModeHasARightByName(): void
    {
        $schema = [];
        $rights = (static function (array $schema): array {
            return require self::ADDON . 'schemas/permissions/admin.post.php';
        })($schema)['xero_connector']['modes'];
        $code = file_get_contents(self::ADDON . 'controllers/backend/xero_connector.php');
        preg_match_all("/'((?:[a-z]+_(?:orders|products))|manage|power|test|unpair|renew|attention)'/", $code, $found);
        self::assertGreaterThanOrEqual(12, count(array_unique($found[1])));
        foreach (array_unique($found[1]) as $mode) {
            self::assertIsString($rights[$mode]['permissions'] ?? null, $mode);
        }
    }

    public function testChosenRowsLeadToThePageThatAsks(): void
    {
        self::assertSame(
            ['redirect', 'xero_connector.ask_orders?ids=4,9'],
            $this->post('m_orders', ['order_ids' => ['4', 'x', '9', '-'], 'redirect_url' => 'orders.manage'])
        );
        self::assertSame(['redirect', 'products.manage'], $this->post('m_products', ['product_ids' => 'x']));
        $this->open('backend/xero_connector', 'ask_orders', 'GET', ['ids' => "4,9,'; DROP"]);
        self::assertSame(['4,9', 2], [
            Tygh::$app['view']->values['xero_ids'], Tygh::$app['view']->values['xero_number'],
        ]);
    }

    public function testAWishWithoutReasonOrPairingIsSaidToBeNone(): void
    {
        $said = $this->post('wish_orders', ['ask' => 'leave_out', 'ids' => '4', 'reason' => '']);
        self::assertSame(['redirect', 'xero_connector.attention'], $said);
        self::assertSame('E', CsCartState::$notifications[0][0]);
        foreach (['http://evil.example', '//evil.example', 'orders.manage?x=//e', "orders.manage\n", ['x']] as $back) {
            $said = $this->post('wish_orders', ['ask' => 'sync', 'ids' => '4', 'return_url' => $back]);
            self::assertSame('xero_connector.attention', $said[1]);
        }
        $said = $this->post('wish_orders', ['ask' => 'sync', 'ids' => '4', 'return_url' => 'orders.details?order_id=4']);
        self::assertSame('orders.details?order_id=4', $said[1]);
    }

    public function testListsAndPagesGetTheStatesOfTheirRecords(): void
    {
        $id = $this->order();
        $state = ['kind' => 'order', 'id' => $id, 'state' => 'held', 'number' => '', 'url' => '', 'reason' => 'why',
            'at' => '2026-11-30T12:00:00Z'];
        $this->call('sync_states', ['states' => [$state]]);
        Tygh::$app['view']->values['orders'] = [['order_id' => (string) $id], ['order_id' => '99']];
        CsCartState::$statements = [];
        $this->open('backend/orders.post', 'manage');
        self::assertCount(1, CsCartState::$statements);
        self::assertSame('held', Tygh::$app['view']->values['xero_connector_states'][$id]['state']);
        self::assertTrue(Tygh::$app['view']->values['xero_connector_shown']);
        $this->open('backend/xero_connector', 'attention');
        self::assertSame('why', Tygh::$app['view']->values['xero_attention'][0]['reason']);
        $this->open('backend/products.post', 'update', 'GET', ['product_id' => "1' OR 1"]);
        self::assertSame([], Tygh::$app['view']->values['xero_connector_states']);
    }

    public function testAnAddressThatIsNoneIsNoPage(): void
    {
        self::assertSame(['no_page'], $this->open('frontend/xero_connector', 'other'));
        self::assertSame(['no_page'], $this->open('frontend/xero_connector', 'push', 'GET', ['token' => 'x']));
        self::assertSame(['no_page'], $this->open('frontend/xero_connector', 'push', 'GET', ['token' => ['x']]));
    }
}
