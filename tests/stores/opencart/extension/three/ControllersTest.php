<?php
declare(strict_types=1);

namespace XeroConnector\Tests\Three;

use ReflectionMethod;
use XeroConnector\Http\Reply;
use XeroConnector\Outbox\Listeners;
use XeroConnector\Tests\ShopTestCase;

defined('DIR_SYSTEM') || define('DIR_SYSTEM', __DIR__ . '/system/');
require_once __DIR__ . '/Controller.php';
require_once __DIR__ . '/Registry.php';

/** OpenCart 3's controllers: who may do what, what an event writes down, what is put into a page. */
final class ControllersTest extends ShopTestCase
{
    private const ROOT = __DIR__ . '/../../../../../stores/adapters/opencart/extension/3/';

    /** @var Registry */
    private $registry;

    protected function setUp(): void
    {
        parent::setUp();
        $this->registry = new Registry();
        $this->registry->set('xero_connector', $this->shop->connector());
        $this->registry->set('request', (object) ['post' => [], 'get' => [], 'server' => ['REQUEST_METHOD' => 'POST']]);
    }

    /** Both applications have a controller of events of the same name: the admin's is read under another. */
    private function controller(string $path, string $class): object
    {
        $code = file_get_contents(self::ROOT . $path . '.php');
        if (!class_exists($class, false)) {
            $named = preg_replace('/^class \w+ extends/m', 'class ' . $class . ' extends', $code);
            $file = tempnam(sys_get_temp_dir(), 'controller');
            file_put_contents($file, $named);
            require $file;
            unlink($file);
        }
        return new $class($this->registry);
    }

    private function module(): object
    {
        return $this->controller('admin/controller/extension/module/xero_connector', 'ThreeModule');
    }

    private function pages(): object
    {
        return $this->controller('admin/controller/extension/xero_connector/pages', 'ThreePages');
    }

    private function inAdmin(): object
    {
        return $this->controller('admin/controller/extension/xero_connector/events', 'ThreeAdminEvents');
    }

    private function inCatalog(): object
    {
        return $this->controller('catalog/controller/extension/xero_connector/events', 'ThreeCatalogEvents');
    }

    private function ask(array $posted, string $method = 'POST'): array
    {
        $this->registry->get('request')->post = $posted;
        $this->registry->get('request')->server['REQUEST_METHOD'] = $method;
        $this->registry->calls = [];
        $this->module()->ask();
        return json_decode(Part::calls($this->registry, 'response', 'setOutput')[0][2], true);
    }

    public function testAWishGoesToTheConnectorAsItWasTyped(): void
    {
        $pair = ['callback' => 'https://x.example.com/', 'app' => 'https://x.example.com/', 'store' => 's'];
        $this->shop->call('pair', ['reach' => false] + $pair);
        $this->registry->set('xero_connector', $this->shop->connector());
        $this->shop->sender->reply = static function (): Reply {
            return new Reply(200, '{"done":[{"id":7,"did":"Done."}]}');
        };
        $said = $this->ask(['ask' => 'leave_out', 'kind' => 'order', 'ids' => ['7', 'x'], 'reason' => 'A &amp; &lt;B&gt;']);
        self::assertSame([['id' => 7, 'did' => 'Done.']], $said['done']);
        $sent = json_decode($this->shop->sender->sent[0]['body'], true);
        self::assertSame(['leave_out', [7], 'Ada', 'A & <B>'], [
            $sent['ask'], $sent['ids'], $sent['person'], $sent['reason'],
        ]);
    }

    public function testAWishIsRefusedToWhoMayNotChange(): void
    {
        $good = ['ask' => 'sync', 'kind' => 'order', 'ids' => ['7']];
        $this->registry->rights = ['access'];
        self::assertSame('error_permission', $this->ask($good)['error']);
        $this->registry->rights = ['access', 'modify'];
        self::assertSame('error_method', $this->ask($good, 'GET')['error']);
        self::assertSame('error_kind', $this->ask(['kind' => 'user'] + $good)['error']);
        self::assertSame('error_kind', $this->ask(['kind' => ['order']] + $good)['error']);
        self::assertSame([], $this->shop->sender->sent);
    }

    /** @dataProvider acts */
    public function testNothingChangesForWhoMayNotChange(string $act): void
    {
        foreach ([[['access'], 'POST'], [['access', 'modify'], 'GET']] as [$rights, $method]) {
            $this->registry->rights = $rights;
            $this->registry->get('request')->server['REQUEST_METHOD'] = $method;
            $before = $this->everything();
            $this->module()->$act();
            self::assertSame($before, $this->everything());
            self::assertStringStartsWith('error_', $this->registry->session['xero_connector_error']);
        }
    }

    public function acts(): array
    {
        return [['power'], ['test'], ['unpair'], ['renew']];
    }

    public function testNewKeysAreMadeByWhoMay(): void
    {
        $key = $this->shop->connector()->settings()->get('key');
        $this->module()->renew();
        self::assertNotSame($key, $this->shop->connector()->settings()->get('key'));
        self::assertSame('text_renewed', $this->registry->session['xero_connector_success']);
    }

    /** What the shop does when a page of its admin is drawn. */
    private function drawMenu(): void
    {
        $this->registry->set('xero_connector', $this->shop->connector());
        foreach ($this->rows("SELECT `key`, value FROM shop_setting WHERE code = 'module_xero_connector'") as $row) {
            $this->registry->config[$row['key']] = $row['value'];
        }
        $route = $code = '';
        $data = ['menus' => []];
        $this->registry->controllers['extension/module/xero_connector/upgrade'] = function (): void {
            $this->module()->upgrade();
        };
        $this->pages()->menu($route, $data, $code);
        self::assertCount(1, $data['menus']);
    }

    public function testANewVersionOverAnOldOneListensToWhatIsNewOnceAPageIsSeen(): void
    {
        $this->module()->install();
        $installed = $this->registry->events;
        $keys = $this->shop->connector()->settings()->get('secret');
        $foreign = ['event_id' => '500', 'code' => 'other', 'trigger' => 'x/after', 'action' => 'y'];
        $gone = ['event_id' => '501', 'code' => 'xero_connector', 'trigger' => 'gone/after', 'action' => 'z'];
        $this->registry->events = array_merge([$foreign, $gone], array_slice($installed, 3));
        $this->put('DROP TABLE shop_xero_connector_state');
        $this->shop->connector()->settings()->set(['version' => '0.9.0']);
        $this->drawMenu();
        $this->drawMenu();
        self::assertSame(self::sorted(array_merge([$foreign], $installed)), self::sorted($this->registry->events));
        self::assertSame([], $this->rows('SELECT * FROM shop_xero_connector_state'));
        self::assertSame($keys, $this->shop->connector()->settings()->get('secret'));
        self::assertSame([], $this->shop->platform->logged);
    }

    /** @return array<int, string> code, trigger and action of each event */
    private static function sorted(array $events): array
    {
        $told = array_map(static function (array $event): string {
            return implode(' ', [$event['code'], $event['trigger'], $event['action']]);
        }, $events);
        sort($told);
        return $told;
    }

    public function testOfTwoWhoSetUpAtOnceOneEventOfEachStays(): void
    {
        $wanted = ['a/after' => 'new'];
        $events = [];
        foreach (['old', 'new', 'new'] as $index => $action) {
            $events[] = ['event_id' => (string) ($index + 9), 'code' => 'c', 'trigger' => 'a/after', 'action' => $action];
        }
        $events[] = ['event_id' => '8', 'code' => 'd', 'trigger' => 'a/after', 'action' => 'old'];
        self::assertSame([10, 9], Listeners::surplus($events, 'c', $wanted));
    }

    public function testWhatIsNotInstalledIsNotSetUpByItsPage(): void
    {
        $this->module()->uninstall();
        $this->registry->events = [];
        $this->registry->set('xero_connector', $this->shop->connector());
        $this->module()->upgrade();
        self::assertSame([], $this->registry->events);
        self::assertSame([], $this->rows("SELECT * FROM shop_setting WHERE code = 'module_xero_connector'"));
    }

    public function testEachEventHasAHandlerThatNoAddressCanCall(): void
    {
        $this->module()->install();
        $added = Part::calls($this->registry, 'model_setting_event', 'addEvent');
        self::assertGreaterThan(20, count($added));
        foreach ($added as [, , $code, $trigger, $action]) {
            self::assertSame('xero_connector', $code);
            [$place, $method] = explode('/', substr($action, strlen('extension/xero_connector/')));
            $controller = $place === 'pages' ? $this->pages()
                : (strpos($trigger, 'admin/') === 0 ? $this->inAdmin() : $this->inCatalog());
            $handler = new ReflectionMethod($controller, $method);
            $parameters = substr($trigger, -6) === 'before' && $place === 'events' ? 2 : 3;
            self::assertSame($parameters, $handler->getNumberOfRequiredParameters(), $trigger);
        }
    }

    public function testEventsWriteDownWhatHappened(): void
    {
        $this->order();
        $route = '';
        $calls = [
            [$this->inCatalog(), 'orderChanged', [7, 1], null],
            [$this->inCatalog(), 'customerAdded', [[]], 3],
            [$this->inCatalog(), 'addressChanged', [9], null],
            [$this->inAdmin(), 'customerDeleted', [4], null],
            [$this->inAdmin(), 'productAdded', [[]], 6],
        ];
        foreach ($calls as [$controller, $handler, $arguments, $output]) {
            $controller->$handler($route, $arguments, $output);
        }
        $arguments = [1];
        $this->inCatalog()->deletingOrder($route, $arguments);
        $this->inCatalog()->deletedOrder($route, $arguments, $output);
        $this->shop->clock->now += 2;
        $told = array_map(static function (array $event): array {
            return [$event['kind'], $event['id'], $event['what']];
        }, $this->shop->call('events', ['after' => 0])['events']);
        self::assertSame([
            ['order', 7, 'changed'], ['customer', 3, 'changed'], ['customer', 5, 'changed'],
            ['customer', 4, 'deleted'], ['product', 6, 'changed'], ['order', 1, 'deleted'],
        ], $told);
        self::assertCount(1, $this->rows('SELECT * FROM shop_xero_connector_deleted'));
    }

    public function testAccountsOfAProductAreKeptByWhoMay(): void
    {
        $this->save(['sales_account' => ' 200 ', 'purchase_account' => '310']);
        self::assertSame(['200', '310'], array_values($this->shop->connector()->accounts()->of(1)));
        $this->save(['sales_account' => "2'; --"]);
        self::assertSame('error_account', $this->registry->session['xero_connector_warning']);
        $this->registry->rights = ['access'];
        $this->save(['sales_account' => '999']);
        $this->save(null);
        self::assertSame(['200', '310'], array_values($this->shop->connector()->accounts()->of(1)));
    }

    private function save(?array $accounts): void
    {
        $route = '';
        $output = null;
        $arguments = [1, $accounts === null ? [] : ['xero_connector' => $accounts]];
        $this->inAdmin()->productChanged($route, $arguments, $output);
    }

    public function testWhatIsPutIntoAPageCannotLeaveItsElement(): void
    {
        $this->order();
        $evil = '</script><script>alert("x")</script>';
        $this->shop->call('sync_states', ['states' => [[
            'kind' => 'order', 'id' => 1, 'state' => 'held', 'reason' => $evil, 'at' => '2026-11-30T18:00:00Z',
        ]]]);
        $route = '';
        $data = ['orders' => [['order_id' => '1']]];
        $output = '<html><body>Orders</body></html>';
        $this->pages()->orders($route, $data, $output);
        self::assertStringStartsWith('<html><body>Orders<script type="application/json"', $output);
        self::assertStringEndsWith('</body></html>', $output);
        self::assertSame(2, substr_count($output, '</script>'));
        preg_match('~id="xero-connector-page">(.*?)</script>~', $output, $found);
        $page = json_decode($found[1], true);
        self::assertSame($evil, $page['states'][1]['reason']);
        self::assertSame(['sync', 'leave_out', 'take_in'], array_keys($page['asks']));
    }

    public function testWhoMayOnlyLookGetsNoButtonsAndWhoMayNotGetsNothing(): void
    {
        $route = '';
        $data = ['orders' => [], 'menus' => []];
        $this->registry->rights = ['access'];
        $output = '<body></body>';
        $this->pages()->orders($route, $data, $output);
        self::assertStringContainsString('"asks":{}', $output);
        $this->registry->rights = [];
        $output = '<body></body>';
        $this->pages()->orders($route, $data, $output);
        $code = '';
        $this->pages()->menu($route, $data, $code);
        self::assertSame(['<body></body>', []], [$output, $data['menus']]);
    }

    public function testNobodyInstallsOrUninstallsByAnAddressAlone(): void
    {
        $before = $this->everything();
        $this->registry->refused = ['extension/extension/module'];
        $this->module()->uninstall();
        $this->module()->install();
        self::assertSame($before, $this->everything());
        self::assertSame([], Part::calls($this->registry, 'model_setting_event', 'deleteEventByCode'));
    }

    public function testUninstallingTakesThePermissionsAway(): void
    {
        $this->registry->groups = [
            ['user_group_id' => '1', 'permission' => '{"access":["sale/order","extension/module/xero_connector"],'
                . '"modify":["extension/module/xero_connector"]}'],
            ['user_group_id' => '2', 'permission' => '{"access":["sale/order"]}'],
            ['user_group_id' => '3', 'permission' => ''],
        ];
        $this->module()->uninstall();
        $taken = array_map(static function (array $call): array {
            return array_slice($call, 2);
        }, Part::calls($this->registry, 'model_user_user_group', 'removePermission'));
        self::assertSame([
            [1, 'access', 'extension/module/xero_connector'],
            [1, 'modify', 'extension/module/xero_connector'],
        ], $taken);
    }

    /** As where a backup brought the settings back and not the tables. */
    public function testWithoutItsTablesThePagesOfTheShopStayAsTheyWere(): void
    {
        $this->shop->connector()->tables()->drop();
        $route = $code = '';
        $output = '<body></body>';
        $data = ['menus' => [], 'orders' => [['order_id' => '1']], 'order_id' => 1];
        $this->pages()->menu($route, $data, $code);
        $this->pages()->orders($route, $data, $output);
        $this->pages()->order($route, $data, $output);
        $this->pages()->product($route, $data, $output);
        self::assertSame(['<body></body>', []], [$output, $data['menus']]);
        self::assertCount(4, $this->shop->platform->logged);
    }

    public function testWithoutItsTablesTheShopSavesItsProducts(): void
    {
        $this->shop->connector()->tables()->drop();
        $this->save(['sales_account' => '200']);
        $route = '';
        $output = null;
        $arguments = [1];
        $this->inAdmin()->productDeleted($route, $arguments, $output);
        self::assertNotSame([], $this->shop->platform->logged);
    }
}
